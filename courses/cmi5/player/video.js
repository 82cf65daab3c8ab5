// A video lesson: goes on where it was left, and is completed when nearly all of it was really played.
import { begin } from "../player/cmi5.js";

const ENOUGH = 0.95;
const video = document.querySelector("video");

function played() {
  let total = 0;
  for (let place = 0; place < video.played.length; place += 1) total += video.played.end(place) - video.played.start(place);
  return total;
}

begin(async (session) => {
  const before = (await session.state("place")) || { seconds: 0, played: 0 };
  let kept = Date.now();
  if (before.seconds > 5) video.currentTime = before.seconds;
  const share = () => Math.min(1, (before.played + played()) / (video.duration || Infinity));
  const look = () => {
    if (share() >= ENOUGH) session.say("completed");
    if (Date.now() - kept < 15000 && !video.paused) return;
    kept = Date.now();
    session.keep("place", { seconds: video.ended ? 0 : video.currentTime, played: before.played + played() });
  };
  for (const event of ["timeupdate", "pause", "ended"]) video.addEventListener(event, look);
});
