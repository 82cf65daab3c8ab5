// A document: the reader says when it has been read.
import { begin } from "../player/cmi5.js";

begin(async (session) => {
  const read = document.getElementById("read");
  read.addEventListener("click", async () => {
    await session.say("completed");
    read.textContent = "记下了，已经看完";
  });
});
