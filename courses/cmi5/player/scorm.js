// One SCO behind a cmi5 launch: its API is answered from memory, kept in the State resource, and what it says of itself
// becomes cmi5 statements. No sequencing: each SCO is an assignable unit of its own.
import { begin } from "../player/cmi5.js";

const about = JSON.parse(document.getElementById("sco").textContent);
const NEW = about.edition !== "1.2";
const STATUS = NEW ? "cmi.completion_status" : "cmi.core.lesson_status";
const FIXED = {
  "cmi.core.credit": "credit", "cmi.core.lesson_mode": "normal", "cmi.credit": "credit", "cmi.mode": "normal",
  "cmi._version": "1.0", "cmi.launch_data": about.launch_data || "",
};

class Memory {
  constructor(session, before) {
    this.session = session;
    this.values = before || {};
    this.values[NEW ? "cmi.entry" : "cmi.core.entry"] = before ? "resume" : "ab-initio";
    this.values[STATUS] ||= NEW ? "unknown" : "not attempted";
    this.error = "0";
  }

  get(name) {
    this.error = "0";
    const count = /^(.*)\._count$/.exec(name);
    if (count) return String(this.count(count[1]));
    return FIXED[name] ?? this.values[name] ?? "";
  }

  count(name) {
    const places = Object.keys(this.values).map((key) => (key.startsWith(`${name}.`) ? Number(key.slice(name.length + 1).split(".")[0]) : -1));
    return Math.max(-1, ...places.filter(Number.isInteger)) + 1;
  }

  set(name, value) {
    this.error = name in FIXED ? "403" : "0";
    if (this.error === "0") this.values[name] = String(value);
    return String(this.error === "0");
  }

  commit() {
    this.session.keep("cmi", this.values);
    this.tell();
    return "true";
  }

  get score() {
    if (NEW) return this.number("cmi.score.scaled");
    const raw = this.number("cmi.core.score.raw");
    return raw === undefined ? undefined : raw / (this.number("cmi.core.score.max") || 100);
  }

  number(name) {
    const value = this.values[name];
    return value === undefined || value === "" || Number.isNaN(Number(value)) ? undefined : Number(value);
  }

  tell() {
    const status = this.values[STATUS];
    const success = NEW ? this.values["cmi.success_status"] : status;
    if (["completed", "passed", "failed"].includes(status)) this.session.say("completed");
    if (success === "passed" || success === "failed") this.judge(success);
  }

  // cmi5 refuses a verdict that the score contradicts: the score is then left out.
  judge(verdict) {
    const mastery = this.session.launched ? this.session.data.masteryScore : undefined;
    const { score } = this;
    const fits = score !== undefined && score >= -1 && score <= 1 && (mastery === undefined || score >= mastery === (verdict === "passed"));
    if (verdict === "passed") this.session.say("passed", fits ? { score: { scaled: score } } : {});
    else if (!this.session.said.has("passed")) this.session.say("failed", fits ? { score: { scaled: score } } : {});
  }

  finish() {
    if (!NEW && this.values[STATUS] === "not attempted") this.values[STATUS] = "completed";
    return this.commit();
  }
}

begin(async (session) => {
  const memory = new Memory(session, await session.state("cmi"));
  const names = NEW
    ? ["Initialize", "Terminate", "GetValue", "SetValue", "Commit", "GetLastError", "GetErrorString", "GetDiagnostic"]
    : ["LMSInitialize", "LMSFinish", "LMSGetValue", "LMSSetValue", "LMSCommit", "LMSGetLastError", "LMSGetErrorString", "LMSGetDiagnostic"];
  const does = [() => "true", () => memory.finish(), (name) => memory.get(name), (name, value) => memory.set(name, value), () => memory.commit(), () => memory.error, () => "", () => ""];
  window[NEW ? "API_1484_11" : "API"] = Object.fromEntries(names.map((name, place) => [name, does[place]]));
  document.querySelector("iframe").src = about.entry;
});
