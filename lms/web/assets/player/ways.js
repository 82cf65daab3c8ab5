// How clear, in which language, or the sound alone: chosen, remembered on this phone, changed without losing the place.
const YEAR = 15552000;
const MB = 1048576;

export class Ways {
  constructor(root, video, form, note) {
    Object.assign(this, { root, video, form, note, select: form.querySelector('select') });
    this.select.addEventListener('change', () => this.change());
    form.querySelector('button').hidden = true;
    form.addEventListener('submit', event => event.preventDefault());
    const line = navigator.connection;
    if (line && line.addEventListener) line.addEventListener('change', () => this.warn());
    note.querySelector('[data-do=spare]').onclick = () => this.choose(this.sparing());
    this.dress();
    this.warn();
  }

  get option() { return this.select.selectedOptions[0]; }

  choose(option) { this.select.value = option.value; this.change(); this.select.focus(); }

  change() {
    document.cookie = `watch=${encodeURIComponent(this.option.value)}; path=/learn; max-age=${YEAR}; samesite=lax`;
    // What was played is told to the server before the file under it changes.
    if (this.video.paused) { this.turn(false); return; }
    this.video.addEventListener('pause', () => this.turn(true), { once: true });
    this.video.pause();
  }

  turn(playing) {
    const { video } = this, at = video.currentTime, rate = video.playbackRate;
    video.src = this.option.dataset.src;
    video.load();
    video.addEventListener('loadedmetadata', () => {
      video.currentTime = at;
      video.playbackRate = rate;
      if (playing) video.play().catch(() => {});
    }, { once: true });
    this.dress();
    this.warn();
  }

  dress() { this.root.toggleAttribute('data-listen', 'listen' in this.option.dataset); }

  // What the rest of the lesson takes, in MB, for a file of so many bytes.
  left(option) {
    const length = Number(this.root.dataset.lengthMs) / 1000;
    const share = length ? Math.max(0, 1 - this.video.currentTime / length) : 1;
    const mb = Number(option.dataset.size) * share / MB;
    return mb >= 10 ? Math.round(mb) : Math.max(0.1, mb).toFixed(1).replace('.0', '');
  }

  sparing() {
    const language = this.option.value.split('.')[1] || '';
    const pictures = [...this.select.options].filter(one => !('listen' in one.dataset) && (one.value.split('.')[1] || '') === language);
    return pictures.reduce((least, one) => (Number(one.dataset.size) < Number(least.dataset.size) ? one : least), this.option);
  }

  // Only where the browser tells that data is paid for by the megabyte; the sizes stand in the menu everywhere.
  warn() {
    const line = navigator.connection, mobile = Boolean(line) && line.type === 'cellular';
    this.note.hidden = !mobile;
    if (!mobile) return;
    const least = this.sparing(), button = this.note.querySelector('[data-do=spare]');
    this.note.querySelector('b').textContent = `你在用手机流量，看完这一课还要约 ${this.left(this.option)} MB`;
    button.hidden = least === this.option;
    button.textContent = `改成省流量，约 ${this.left(least)} MB`;
  }
}
