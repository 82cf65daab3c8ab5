// A small cmi5 client (cmi5 §7–§11): takes the launch, says initialized, completed, passed or failed, terminated.

const CATEGORY = "https://w3id.org/xapi/cmi5/context/categories/";
const MASTERY = "https://w3id.org/xapi/cmi5/context/extensions/masteryscore";
const VERBS = {
  initialized: "http://adlnet.gov/expapi/verbs/initialized",
  completed: "http://adlnet.gov/expapi/verbs/completed",
  passed: "http://adlnet.gov/expapi/verbs/passed",
  failed: "http://adlnet.gov/expapi/verbs/failed",
  terminated: "http://adlnet.gov/expapi/verbs/terminated",
};

export class Session {
  constructor(query = new URLSearchParams(location.search)) {
    this.query = query;
    this.launched = Boolean(query.get("endpoint") && query.get("fetch"));
    this.began = Date.now();
    this.said = new Set();
    this.last = Promise.resolve();
  }

  // Without a launch (somebody opened the page from a disk) everything plays and nothing is kept.
  async open() {
    if (!this.launched) return this;
    this.endpoint = this.query.get("endpoint").replace(/\/?$/, "/");
    this.actor = JSON.parse(this.query.get("actor"));
    const told = await (await fetch(this.query.get("fetch"), { method: "POST" })).json();
    this.auth = `Basic ${told["auth-token"]}`;
    this.data = (await this.state("LMS.LaunchData")) || {};
    const profile = { profileId: "cmi5LearnerPreferences", agent: JSON.stringify(this.actor) };
    await this.ask("agents/profile", profile).catch(() => null);
    await this.say("initialized");
    return this;
  }

  get records() {
    return this.launched && (this.data.launchMode || "Normal") === "Normal";
  }

  ask(place, values, options = {}) {
    const headers = { Authorization: this.auth, "X-Experience-API-Version": "1.0.3", ...options.headers };
    return fetch(`${this.endpoint}${place}?${new URLSearchParams(values)}`, { ...options, headers });
  }

  where(stateId) {
    const { query, actor } = this;
    const own = { activityId: query.get("activityId"), agent: JSON.stringify(actor) };
    return { stateId, registration: query.get("registration"), ...own };
  }

  async state(stateId) {
    if (!this.launched) return null;
    const answer = await this.ask("activities/state", this.where(stateId));
    return answer.ok ? answer.json() : null;
  }

  keep(stateId, value) {
    if (!this.records) return Promise.resolve();
    const headers = { "Content-Type": "application/json" };
    return this.ask("activities/state", this.where(stateId), { method: "PUT", headers, body: JSON.stringify(value), keepalive: true });
  }

  // One after the other, each once a session.
  say(verb, result = {}) {
    if (!this.launched || this.said.has(verb)) return this.last;
    if (!this.records && verb !== "initialized" && verb !== "terminated") return this.last;
    this.said.add(verb);
    const statement = JSON.stringify(this.statement(verb, result));
    this.last = this.last.then(() => this.put(statement));
    return this.last;
  }

  put(statement) {
    const headers = { "Content-Type": "application/json" };
    return this.ask("statements", {}, { method: "POST", headers, body: statement, keepalive: true });
  }

  statement(verb, result) {
    const context = structuredClone(this.data.contextTemplate || {});
    const judged = verb === "passed" || verb === "failed";
    const extensions = { ...context.extensions };
    if (judged && this.data.masteryScore !== undefined) extensions[MASTERY] = this.data.masteryScore;
    const activities = { ...context.contextActivities };
    const category = [...(activities.category || []), { id: `${CATEGORY}cmi5` }];
    if (judged || verb === "completed") category.push({ id: `${CATEGORY}moveon` });
    const timed = verb === "initialized" ? {} : { duration: `PT${Math.max(0, Math.round((Date.now() - this.began) / 10) / 100)}S` };
    const said = { ...(verb === "completed" ? { completion: true } : {}), ...(judged ? { success: verb === "passed" } : {}) };
    return {
      id: unique(),
      timestamp: new Date().toISOString(),
      actor: this.actor,
      verb: { id: VERBS[verb] },
      object: { id: this.query.get("activityId"), objectType: "Activity" },
      result: { ...timed, ...said, ...result },
      context: { ...context, registration: this.query.get("registration"), extensions, contextActivities: { ...activities, category } },
    };
  }

  async leave() {
    await this.say("terminated");
    const back = this.launched && this.data.returnURL;
    if (back) location.assign(back);
  }
}

function unique() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}

// Every page of the package begins and ends alike: open, tell where one is, leave by the button or by closing.
export async function begin(run) {
  const session = new Session();
  const words = document.getElementById("state");
  try {
    await session.open();
    await run(session);
    words.textContent = session.launched ? "已经接上，学习记录会自动送出" : "直接打开的，不留学习记录";
  } catch {
    words.textContent = "没有接上学习平台，回到平台重新打开这一课";
  }
  document.getElementById("leave").addEventListener("click", () => session.leave());
  window.addEventListener("pagehide", () => session.say("terminated"));
  document.documentElement.dataset.ready = "1";
}
