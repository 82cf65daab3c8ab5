// Sends what a SCO saves, in order, and keeps the newest until the server has it: in memory and, under the name of the attempt,
// in the browser's storage, so that a phone that was switched off or had no line loses nothing. Every commit is whole, so only
// the newest ever waits.
import { gzipSync, strToU8 } from "fflate";

// A beacon, and a fetch that outlives its page, may carry 64 KiB together.
const ZIP_FROM = 20_000;
const LARGEST_LAST_WORD = 60_000;
const WAITS_MS = [1000, 2000, 5000, 15_000, 30_000];
const SAVED = { result: "true", errorCode: 0 };
const NOT_SAVED = { result: "false", errorCode: 391 };

export class Sender {
  constructor(page, told) {
    this.runtime = page.runtime;
    this.memory = new Memory(page.place);
    this.told = told;
    this.sequence = 0;
    this.waiting = null;
    this.sending = false;
    this.failures = 0;
    this.over = false;
    window.addEventListener("online", () => this.again());
    document.addEventListener("visibilitychange", () => this.again());
  }

  // Opens the SCO at the server; what was kept of an earlier opening goes with it.
  async start() {
    const kept = this.memory.read();
    const answer = await post(`${this.runtime}/start`, JSON.stringify({ kept }));
    if (!answer.ok) throw { sentence: answer.told.message, final: answer.status < 500 };
    this.attempt = answer.told.attempt;
    this.run = answer.told.run;
    this.memory.forget();
    return answer.told;
  }

  // What scorm-again sends by: it is answered at once from here, and never waits for a line.
  service(standard, api) {
    return {
      updateSettings() {},
      processHttpRequest: (_address, commit, last, _log, listeners) => {
        if (this.over) return NOT_SAVED;
        if (last && !standard.statusSet(api())) commit.cmi.core.lesson_status = "";
        this.take(commit.cmi, last ? "terminate" : "commit", last);
        listeners("CommitSuccess");
        return SAVED;
      },
    };
  }

  // A save that no SCO asked for: that it has begun.
  note(api, event) {
    this.take(api.renderCommitCMI(false, true).cmi, event, false);
  }

  take(cmi, event, last) {
    this.sequence += 1;
    const commit = { run: this.run, commitSequence: this.sequence, event, cmi };
    if (this.waiting && this.waiting.event === "terminate") commit.event = "terminate";
    this.waiting = commit;
    this.memory.keep(this.attempt, commit);
    if (last) this.lastWord(commit);
    else this.push();
  }

  // The page may be going away: a beacon is delivered without it. What is too large for one waits for the next opening.
  lastWord(commit) {
    // What is under way is in it as well, and would only come too late.
    if (this.line) this.line.abort();
    const body = packed(commit);
    const size = body.length;
    const gone = size < LARGEST_LAST_WORD && navigator.sendBeacon(`${this.runtime}/commit`, new Blob([body], { type: "text/plain;charset=UTF-8" }));
    // If the page stays after all, the answer is still wanted; the server knows a commit that it has.
    setTimeout(() => this.push(), gone ? 500 : 0);
  }

  async push() {
    if (this.sending || !this.waiting || this.over) return;
    this.sending = true;
    const commit = this.waiting;
    this.line = new AbortController();
    let answer = null;
    try {
      answer = await post(`${this.runtime}/commit`, packed(commit), this.line.signal);
    } catch {
      // no line, or a last word went instead
    }
    this.sending = false;
    if (!answer && this.line.signal.aborted) return;
    if (answer && answer.ok) this.saved(commit, answer.told);
    else if (answer && answer.status < 500 && answer.status !== 429) this.refused(commit, answer);
    else this.later();
  }

  saved(commit, told) {
    this.failures = 0;
    this.told({ type: "saved", status: told.status, done: told.done, hours: told.hours });
    this.told({ type: "place", place: told.place });
    this.done(commit);
  }

  refused(commit, answer) {
    const code = answer.told.error;
    // A commit that is overtaken needs no more; another opening, or the end of the launch, ends this one.
    if (code === "stale" && this.waiting !== commit) return this.done(commit);
    this.over = code === "opened_elsewhere" || code === "launch_over" || code === "stale" || answer.status === 404;
    const text = answer.told.message || "这次没有存上，回到课程页重新打开";
    if (commit.event !== "terminate") this.told({ type: "refused", code, text });
    this.done(commit);
  }

  done(commit) {
    if (this.waiting === commit) {
      this.waiting = null;
      this.memory.forget();
    } else this.push();
  }

  later() {
    this.told({ type: "offline" });
    const wait = WAITS_MS[Math.min(this.failures, WAITS_MS.length - 1)];
    this.failures += 1;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.push(), wait * (0.5 + Math.random()));
  }

  again() {
    if (this.failures && document.visibilityState !== "hidden") this.push();
  }
}

async function post(address, body, signal) {
  const keepalive = Boolean(signal) && body.length < LARGEST_LAST_WORD;
  const headers = { "Content-Type": "application/json" };
  const response = await fetch(address, { method: "POST", body, keepalive, signal, headers });
  let told = {};
  try {
    told = await response.json();
  } catch {
    // something between us answered in its own way
  }
  return { ok: response.ok && told.result === true, status: response.ok ? 502 : response.status, told };
}

// A commit as bytes, zipped where it is long. Bytes, so that its length is what the line carries.
function packed(commit) {
  const body = strToU8(JSON.stringify(commit));
  return body.length > ZIP_FROM ? gzipSync(body) : body;
}

// The newest commit that the server may not have, under the name of the person's place at this SCO: whoever learns next on the
// same device never sees it. A browser without storage keeps it in memory alone.
class Memory {
  constructor(name) {
    this.name = `yanxue-sco-${name}`;
  }

  keep(attempt, commit) {
    if (!attempt) return;
    try {
      localStorage.setItem(this.name, JSON.stringify({ attempt, commit }));
    } catch {
      // no room, or no storage in this browser
    }
  }

  forget() {
    try {
      localStorage.removeItem(this.name);
    } catch {
      // no storage
    }
  }

  read() {
    try {
      return JSON.parse(localStorage.getItem(this.name));
    } catch {
      return null;
    }
  }
}
