/* Before a look at a face: the caged script of the provider says what browser this is, and then the button appears. */
const frame = document.querySelector("[data-face-device]");
const form = document.querySelector("[data-face]");
const MOST = 8000;

addEventListener("message", (event) => {
  if (!frame || !form || event.source !== frame.contentWindow) return;
  const told = event.data && event.data.device;
  if (typeof told !== "string" || !told || told.length > MOST) return;
  form.elements.device.value = told;
  form.hidden = false;
  const waiting = document.querySelector("[data-face-waiting]");
  if (waiting) waiting.hidden = true;
});
if (frame) frame.src = frame.dataset.faceDevice;
