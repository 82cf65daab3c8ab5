// The upload page: the large file first, in pieces that survive a broken line and a closed page (tus), then the form with
// what is small. Without this script the form is sent by the browser and everything works the same.

import { DefaultHttpStack, Upload } from "tus-js-client";

const form = document.getElementById("upload");
const sending = document.getElementById("sending");
const bar = sending.querySelector("progress");
const words = sending.querySelector("[role=status]");
const pause = document.getElementById("pause");
const start = form.querySelector("button.main");
const part = form.dataset.part;
const input = document.getElementById(part);
const token = form.elements.csrf_token.value;

const MB = 1 << 20;
const LEAST = MB / 4;
const MOST = 16 * MB;
const QUICK_MS = 1500;
const SLOW_MS = 15000;
const DELAYS = [0, 1000, 3000, 5000, 10000, 20000, 30000, 60000, 60000, 60000, 60000, 60000];
const RETRIED = new Set([0, 409, 429, 460]);

let upload = null;
let running = false;
let began = { at: 0, bytes: 0 };
let pieceAt = 0;

// Each piece carries its own SHA-256: what a bad line changed is sent again.
class Checked extends DefaultHttpStack {
  createRequest(method, url) {
    const request = super.createRequest(method, url);
    if (method !== "PATCH" || !crypto.subtle) return request;
    const send = request.send.bind(request);
    request.send = async (body) => {
      const digest = await crypto.subtle.digest("SHA-256", await body.arrayBuffer());
      request.setHeader("Upload-Checksum", `sha256 ${btoa(String.fromCharCode(...new Uint8Array(digest)))}`);
      return send(body);
    };
    return request;
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (running) return;
  for (const error of form.querySelectorAll(".err")) error.hidden = true;
  sending.hidden = false;
  start.hidden = true;
  begin(input.files[0]);
});

pause.addEventListener("click", () => {
  if (running) {
    running = false;
    upload.abort();
    pause.textContent = "接着传";
    words.textContent = `停在 ${size(upload.offset || 0)}，传过的都在，点“接着传”继续`;
  } else {
    go();
  }
});

// What the list on the page names is already partly here: the same name, size and date is the same file.
function known(file) {
  const rows = [...document.querySelectorAll("[data-upload]")];
  const same = (row) => row.dataset.name === file.name && row.dataset.size === String(file.size);
  const found = rows.find((row) => same(row) && row.dataset.fingerprint === String(file.lastModified) && row.dataset.part === part);
  return found ? found.dataset.upload : null;
}

function begin(file) {
  upload = new Upload(file, {
    endpoint: form.dataset.endpoint,
    uploadUrl: known(file),
    headers: { "X-CSRFToken": token, Accept: "application/json" },
    metadata: { part, filename: file.name, fingerprint: String(file.lastModified) },
    chunkSize: MB,
    storeFingerprintForResuming: false,
    retryDelays: DELAYS,
    httpStack: new Checked(),
    onShouldRetry: shouldRetry,
    onProgress: show,
    onChunkComplete: fit,
    onError: broken,
    onSuccess: finish,
  });
  go();
}

function go() {
  running = true;
  pause.hidden = false;
  pause.textContent = "暂停";
  words.textContent = "正在接上";
  began = { at: 0, bytes: 0 };
  pieceAt = Date.now();
  upload.start();
}

// Small pieces on a bad line, large ones on a good one.
function fit() {
  const took = Date.now() - pieceAt;
  pieceAt = Date.now();
  if (took < QUICK_MS) upload.options.chunkSize = Math.min(MOST, upload.options.chunkSize * 2);
  else if (took > SLOW_MS) upload.options.chunkSize = Math.max(LEAST, upload.options.chunkSize / 2);
}

function shouldRetry(problem) {
  const status = problem.originalResponse ? problem.originalResponse.getStatus() : 0;
  const again = RETRIED.has(status) || status >= 500;
  if (again) {
    upload.options.chunkSize = Math.max(LEAST, upload.options.chunkSize / 4);
    pieceAt = Date.now();
    words.textContent = "网络断了，传过的都在，连上会自动接着传。也可以先关掉这一页";
  }
  return again;
}

function show(sent, total) {
  if (!began.at) began = { at: Date.now(), bytes: sent };
  const percent = Math.floor((sent / total) * 100);
  bar.value = percent;
  bar.setAttribute("aria-label", `上传 ${percent}%`);
  const speed = (sent - began.bytes) / (Date.now() - began.at || 1);
  const left = speed ? `，还要${spoken((total - sent) / speed / 1000)}` : "";
  words.textContent = `已传 ${size(sent)}，共 ${size(total)}${left}。断网会自动接着传，可以离开再回来`;
}

function finish() {
  words.textContent = "传完了，正在交给平台";
  pause.hidden = true;
  const data = new FormData(form);
  data.delete(part);
  data.set(`${part}_upload`, upload.url.split("/").pop());
  fetch(form.action, { method: "POST", body: data, headers: { Accept: "application/json" } }).then(
    arrived,
    () => stopped("文件传完了，交表时网络断了。连上网再点一次，不用重传"),
  );
}

async function arrived(response) {
  if (response.ok) {
    location.assign(response.url);
    return;
  }
  const answer = await response.json().catch(() => ({}));
  stopped(answer.message || "文件传完了，还没有交成，过几分钟再点一次，不用重传", answer.field);
}

function broken(problem) {
  let answer = {};
  try {
    answer = JSON.parse(problem.originalResponse.getBody());
  } catch {
    // no answer at all, or one that is not ours, from a proxy in between
  }
  if (answer.message) {
    stopped(answer.message, answer.field);
    return;
  }
  running = false;
  pause.textContent = "接着传";
  words.textContent = "网络一直没连上。传过的都在，连上网再点“接着传”，也可以改天再来";
}

function stopped(sentence, field) {
  running = false;
  bar.value = 0;
  start.hidden = false;
  pause.hidden = true;
  const error = field && document.getElementById(`${field}-error`);
  if (error) {
    error.querySelector("span").textContent = sentence;
    error.hidden = false;
    sending.hidden = true;
    document.getElementById(field).focus();
  } else {
    words.textContent = sentence;
    start.focus();
  }
}

function size(bytes) {
  return bytes >= 1024 * MB ? `${(bytes / 1024 / MB).toFixed(1)} GB` : `${Math.round(bytes / MB)} MB`;
}

function spoken(seconds) {
  return seconds > 90 ? `约 ${Math.round(seconds / 60)} 分钟` : `约 ${Math.ceil(seconds)} 秒`;
}
