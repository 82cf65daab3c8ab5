// The upload page with a bar of its own. Without this script the form is sent by the browser and everything works the same.

const form = document.getElementById("upload");
const sending = document.getElementById("sending");
const bar = sending.querySelector("progress");
const words = sending.querySelector("[role=status]");
const button = form.querySelector("button");

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (form.dataset.sending) return;
  form.dataset.sending = "1";
  for (const error of form.querySelectorAll(".err")) error.hidden = true;
  sending.hidden = false;
  send();
});

function send() {
  const began = Date.now();
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "application/json");
  request.upload.addEventListener("progress", (event) => show(event.loaded, event.total, Date.now() - began));
  request.addEventListener("load", () => arrived(request));
  request.addEventListener("error", () => stopped("网络断了，没有传完。文件还选着，连上网再点一次"));
  request.send(new FormData(form));
}

function show(loaded, total, elapsed) {
  const percent = Math.floor((loaded / total) * 100);
  bar.value = percent;
  bar.setAttribute("aria-label", `上传 ${percent}%`);
  if (loaded === total) {
    words.textContent = "传完了，正在收好";
    return;
  }
  const left = Math.ceil((elapsed / loaded) * (total - loaded) / 1000);
  const time = left > 90 ? `约 ${Math.round(left / 60)} 分钟` : `约 ${left} 秒`;
  words.textContent = `已传 ${percent}%，还要${time}。传完以前不要关这一页`;
}

function arrived(request) {
  if (request.status < 300) {
    location.assign(request.responseURL);
    return;
  }
  let answer = {};
  try {
    answer = JSON.parse(request.responseText);
  } catch {
    // an answer that is not ours, from a proxy in between
  }
  stopped(answer.message || "没有传成，文件还选着，过几分钟再点一次", answer.field);
}

function stopped(sentence, field) {
  delete form.dataset.sending;
  bar.value = 0;
  const error = field && document.getElementById(`${field}-error`);
  if (error) {
    error.querySelector("span").textContent = sentence;
    error.hidden = false;
    sending.hidden = true;
    document.getElementById(field).focus();
  } else {
    words.textContent = sentence;
    button.focus();
  }
}
