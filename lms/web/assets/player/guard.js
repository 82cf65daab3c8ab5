// How far and how fast: keeps a first viewing to what can count, whichever way the picture is moved (bar, keys, gestures,
// picture-in-picture, the phone's own full screen). The server credits nothing else in any case.
const SLACK_MS = 1000;
const AGAIN = 2;

export class Guard {
  constructor(video, settings, says) {
    Object.assign(this, settings, { video, says, wanted: 1, last: null });
    this.reached = Math.max(this.furthestMs, this.startMs);
    video.addEventListener('seeking', () => this.sought());
    video.addEventListener('timeupdate', () => this.moved());
    video.addEventListener('ratechange', () => this.changed());
    video.addEventListener('playing', () => this.mark());
  }

  // The server has told what is covered by now.
  answered(answer) {
    this.covered = answer.covered;
    if (answer.furthest_ms > this.reached) this.reached = answer.furthest_ms;
    if (answer.earnable_ms > 0 && answer.credited_ms >= answer.earnable_ms) Object.assign(this, { locked: false, firstRate: 100 * AGAIN });
    this.pace();
  }

  // The server knows of a place further on: another device was there.
  knows(ms) { this.reached = Math.max(this.reached, ms); }

  // The nearest place to the one wanted that may be shown now; milliseconds.
  allowed(ms) { return this.locked && ms > this.reached + SLACK_MS ? this.reached : ms; }

  // The picture moves from here as the clock does, also where the next word of it comes late (a slow phone).
  mark() { this.last = { at: performance.now(), place: Math.min(this.video.currentTime * 1000, this.reached) }; }

  sought() {
    const wanted = this.video.currentTime * 1000, allowed = this.allowed(wanted);
    if (allowed !== wanted) {
      this.video.currentTime = allowed / 1000;
      this.says('第一遍按顺序看，还没看到的地方先不能跳过去。看过的可以随便往回拖');
    }
    this.mark();
  }

  // Play moves on as the clock does; whatever leaps without a seek is taken back like one.
  moved() {
    if (this.video.seeking) return;
    const place = this.video.currentTime * 1000, now = performance.now();
    const most = this.last === null ? SLACK_MS : (now - this.last.at) * this.video.playbackRate + SLACK_MS;
    const from = this.last === null ? this.reached : Math.max(this.reached, this.last.place);
    if (place > from + most && this.locked) { this.sought(); return; }
    this.last = { at: now, place };
    if (place > this.reached) this.reached = place;
    this.pace();
  }

  seen(ms) { return this.covered.some(one => one[0] <= ms && ms < one[1]); }

  most() { return this.seen(this.video.currentTime * 1000) ? AGAIN : this.firstRate / 100; }

  // What the person asked for, as far as it counts here.
  want(rate) { this.wanted = rate; this.pace(); }

  pace() {
    const rate = Math.min(this.wanted, this.most());
    if (Math.abs(this.video.playbackRate - rate) > 0.001) this.video.playbackRate = rate;
    if (this.onpace) this.onpace(rate, this.most());
  }

  changed() {
    const rate = this.video.playbackRate;
    if (rate <= this.most() + 0.001) { if (rate !== Math.min(this.wanted, this.most())) this.wanted = rate; }
    else this.says('没看过的部分按能计入的快慢放，看过的可以放快');
    this.pace();
  }
}
