// The picture on its stage: full screen and turned, taps, keys, the size of captions, what the lock screen shows.
const STEP = 10;
const KEY_STEP = 5;
const TAP_MS = 280;
const CALM_MS = 3000;
const SIZES = ['s', 'm', 'l'];

export class Stage {
  constructor(root, video, guard, does) {
    Object.assign(this, { root, video, guard, does, tapped: null });
    video.addEventListener('click', event => this.tap(event));
    document.addEventListener('keydown', event => this.key(event));
    for (const name of ['fullscreenchange', 'webkitfullscreenchange']) document.addEventListener(name, () => this.turned());
    root.querySelectorAll('[data-step]').forEach(button => { button.onclick = () => this.move(Number(button.dataset.step)); });
    for (const name of ['pointermove', 'pointerdown', 'focusin', 'keydown']) root.addEventListener(name, () => this.wake());
    for (const name of ['play', 'pause']) video.addEventListener(name, () => this.wake());
    this.captions(kept('captions') || 'm');
    this.lockScreen();
  }

  move(seconds) {
    const to = Math.min(this.video.duration || Infinity, Math.max(0, this.video.currentTime + seconds));
    this.does.sought();
    this.video.currentTime = to;
  }

  // ---- in full screen the controls stand aside while the picture plays, until a hand or a key asks for them
  wake() {
    this.calm = this.root.hasAttribute('data-calm');
    this.root.removeAttribute('data-calm');
    clearTimeout(this.resting);
    if (this.isFull) this.resting = setTimeout(() => this.root.toggleAttribute('data-calm', this.isFull && !this.video.paused), CALM_MS);
  }

  // ---- one tap plays or stops, two on a side go ten seconds that way
  tap(event) {
    if (this.calm) { this.calm = false; return; }
    const box = this.video.getBoundingClientRect(), share = (event.clientX - box.left) / box.width;
    if (this.tapped) {
      clearTimeout(this.tapped);
      this.tapped = null;
      if (share < 0.35) this.move(-STEP);
      else if (share > 0.65) this.move(STEP);
      else this.full();
      return;
    }
    this.tapped = setTimeout(() => { this.tapped = null; this.does.toggle(); }, TAP_MS);
  }

  // ---- keys, unless somebody is typing or a button has the focus
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input,select,textarea,button,a,summary,[role=alertdialog]')) return;
    const todo = {
      ' ': () => this.does.toggle(), k: () => this.does.toggle(), f: () => this.full(), c: () => this.does.captions(),
      m: () => { this.video.muted = !this.video.muted; },
      ArrowLeft: () => this.move(-KEY_STEP), ArrowRight: () => this.move(KEY_STEP),
      j: () => this.move(-STEP), l: () => this.move(STEP),
    }[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!todo) return;
    event.preventDefault();
    todo();
  }

  // ---- full screen: turned the way the picture lies, where the phone lets a page turn it
  get isFull() { return Boolean(document.fullscreenElement || document.webkitFullscreenElement); }

  async full() {
    if (this.isFull) { (document.exitFullscreen || document.webkitExitFullscreen).call(document); return; }
    const ask = this.root.requestFullscreen || this.root.webkitRequestFullscreen;
    // An iPhone shows its own player: what it skips is taken back when it seeks, and counts for nothing.
    if (!ask) { if (this.video.webkitEnterFullscreen) this.video.webkitEnterFullscreen(); return; }
    try {
      await ask.call(this.root);
      await screen.orientation.lock(this.video.videoHeight > this.video.videoWidth ? 'portrait' : 'landscape');
    } catch { /* a desk does not turn, and some browsers only let people turn themselves */ }
  }

  turned() {
    const button = this.root.querySelector('[data-do=fullscreen]');
    button.setAttribute('aria-label', this.isFull ? '退出全屏' : '全屏');
    this.root.toggleAttribute('data-full', this.isFull);
    this.wake();
    if (!this.isFull && screen.orientation && screen.orientation.unlock) screen.orientation.unlock();
  }

  // ---- captions in three sizes, kept on this phone
  captions(size) {
    this.root.dataset.captions = SIZES.includes(size) ? size : 'm';
    keep('captions', this.root.dataset.captions);
    return this.root.dataset.captions;
  }

  // ---- headphones and the lock screen go through the same doors
  lockScreen() {
    const session = navigator.mediaSession;
    if (!session) return;
    const doors = {
      play: () => this.does.toggle(true), pause: () => this.video.pause(),
      seekbackward: () => this.move(-STEP), seekforward: () => this.move(STEP),
      seekto: told => this.move(told.seekTime - this.video.currentTime),
    };
    Object.entries(doors).forEach(([name, door]) => { try { session.setActionHandler(name, door); } catch { /* unknown here */ } });
  }
}

// What a phone does not keep is asked again: nothing hangs on it.
const kept = name => { try { return localStorage.getItem(`yanxue.${name}`); } catch { return null; } };
const keep = (name, value) => { try { localStorage.setItem(`yanxue.${name}`, value); } catch { /* private window */ } };
