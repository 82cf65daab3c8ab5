// The page around a SCO: first the run-time of its standard, filled with what the server computed, then the SCO in a frame.
// It sends nothing of its own while it is being left: a Finish from here would come before the SCO's own last save and lose
// it (tried in a browser, packages.md 4.2).
import { Complaints } from "./complaints.js";
import { fill } from "./filling.js";
import { Sender } from "./sender.js";

const LOG_WARNINGS = 3;

export async function open(standard) {
  const page = document.documentElement.dataset;
  const told = (message) => tell(page.app, message);
  const sender = new Sender(page, told);
  const started = await begin(sender);
  if (started) deliver(standard, page, sender, started, told);
}

async function begin(sender) {
  for (;;) {
    try {
      return await sender.start();
    } catch (problem) {
      say(problem.sentence || "网络不通，打不开这一课。有网络后点一下再试", true);
      if (problem.final) return null;
      await pressed();
      say("正在打开…", false);
    }
  }
}

function deliver(standard, page, sender, started, told) {
  const complaints = new Complaints(`${page.runtime}/log`);
  if (!started.asset) window[standard.name] = runtime(standard, page, sender, started, told, complaints);
  const frame = document.createElement("iframe");
  frame.title = document.title;
  frame.allow = "fullscreen; autoplay";
  frame.setAttribute("sandbox", "allow-scripts allow-same-origin allow-forms allow-modals allow-popups allow-downloads");
  frame.src = started.frame;
  frame.addEventListener("load", () => say("", false), { once: true });
  document.body.append(frame);
  frame.focus();
}

function runtime(standard, page, sender, started, told, complaints) {
  const api = new standard.Api({
    lmsCommitUrl: `${page.runtime}/commit`,
    httpService: sender.service(standard, () => api),
    autocommit: true,
    autocommitSeconds: Number(page.autocommit),
    alwaysSendTotalTime: true,
    includeCommitSequence: true,
    // The server judges by the manifest's mastery score, and what a silent SCO means.
    mastery_override: false,
    autoCompleteLessonStatus: false,
    logLevel: LOG_WARNINGS,
    onLogMessage: (level, words) => complaints.add(words),
  });
  fill(api, started.data, complaints);
  api.on(standard.started, () => sender.note(api, "initialize"));
  for (const [event, to] of Object.entries(MOVES)) api.on(event, (item) => told(move(to, item)));
  return api;
}

// What a SCO asks for by a navigation request; the page of the lesson decides what it does.
const MOVES = { SequenceNext: "next", SequencePrevious: "previous", SequenceChoice: "item", SequenceJump: "item" };
for (const end of ["SequenceExit", "SequenceExitAll", "SequenceAbandon", "SequenceAbandonAll"]) MOVES[end] = "course";

function move(to, item) {
  return to === "course" ? { type: "closed" } : { type: "go", to, item: item || "" };
}

function tell(app, message) {
  if (message.type === "refused") say(message.text, false);
  if (message.type === "offline") say("网络不通，进度先存在这台设备里，连上了自动补存", false);
  if (message.type === "saved") say("", false);
  if (window.parent !== window) window.parent.postMessage({ v: 1, ...message }, app);
}

function say(words, again) {
  const line = document.getElementById("said");
  line.textContent = words;
  line.hidden = !words;
  document.getElementById("again").hidden = !again;
}

function pressed() {
  return new Promise((go) => document.getElementById("again").addEventListener("click", go, { once: true }));
}
