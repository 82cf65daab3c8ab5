// Which stretches of the video were really played: whole milliseconds, in the order of playing.
// Only a seek breaks a stretch; a slow timer in the background does not.
export class Track {
  constructor(video, lengthMs) {
    this.video = video;
    this.lengthMs = lengthMs;
    this.done = [];
    this.from = null;
    this.to = null;
  }

  get place() {
    return Math.min(this.lengthMs, Math.round(this.video.currentTime * 1000));
  }

  begin() {
    this.close();
    this.from = this.to = this.place;
  }

  move() {
    if (this.from !== null && !this.video.seeking && this.place > this.to) this.to = this.place;
  }

  close() {
    if (this.from !== null && this.to > this.from) this.done.push([this.from, this.to]);
    this.from = null;
  }

  // Some containers end a frame before or after the length that the server probed.
  end() {
    this.move();
    if (this.from !== null && this.lengthMs - this.to < 1000) this.to = this.lengthMs;
    this.close();
  }

  // What was played since the last time somebody asked.
  take() {
    const going = this.from !== null;
    if (going) this.move();
    const next = this.to;
    this.close();
    const taken = this.done;
    this.done = [];
    if (going) this.from = this.to = next;
    return taken;
  }
}
