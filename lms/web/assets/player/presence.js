// 还在学习吗: shows the check that the server has put, and brings the answer back. What is right is not known here.
import { post } from './sender.js';

const SOON_S = 20;
const make = (name, attributes = {}, ...inside) => {
  const made = document.createElement(name);
  Object.keys(attributes).forEach(key => made.setAttribute(key, attributes[key]));
  made.append(...inside);
  return made;
};

export class Presence {
  // hears: pause() before the question stands there, go() once it is answered.
  constructor(csrf, hears) {
    Object.assign(this, { csrf, hears, check: null, sheet: null, clock: null, spoke: false, busy: false });
    this.said = make('p', { class: 'vh', role: 'status' });
    document.body.append(this.said);
    document.addEventListener('keydown', event => this.key(event));
    document.addEventListener('keyup', event => this.lift(event));
  }

  get open() { return Boolean(this.check); }

  // What an answer of the server says: a check, the same check again, or none.
  offer(check) {
    if (!check) { if (this.check && !this.busy) this.close(); return; }
    if (this.check && this.check.id === check.id) { this.count(check.seconds); return; }
    this.show(check);
  }

  show(check, note = '') {
    const first = !this.check;
    this.take();
    if (first) {
      this.before = document.activeElement;
      this.hears.pause();
      if (document.fullscreenElement) document.exitFullscreen().catch(() => {});
    }
    this.check = check;
    this.spoke = false;
    this.sheet = this.draw(check, note);
    document.body.append(this.sheet);
    this.others(true);
    this.sheet.focus();
    this.count(check.seconds);
  }

  draw(check, note) {
    const options = check.options.map((option, n) => {
      const inside = option.sign ? [make('span', { class: 'sign', 'aria-hidden': 'true' }, option.sign), make('span', {}, option.text)] : [option.text];
      const button = make('button', { type: 'button', 'data-n': n + 1 }, make('small', { 'aria-hidden': 'true' }, `${n + 1} `), ...inside);
      this.wire(button, option);
      return button;
    });
    this.timer = make('span', { class: 'live n', role: 'timer' });
    const read = make('button', { type: 'button', class: 'quiet' }, '念给我听');
    read.addEventListener('click', () => this.read());
    const slow = make('button', { type: 'button', class: 'quiet' }, '我要慢一点（以后都给 2 分钟）');
    slow.addEventListener('click', () => this.slow(slow));
    return make('section', {
      class: `sheet stack presence at-${check.corner}`, role: 'alertdialog', 'aria-modal': 'true', tabindex: '-1',
      'aria-labelledby': 'presence-q', 'aria-describedby': 'presence-p',
    },
    make('div', {}, make('p', { class: 's soft' }, note || '先停一下，答完接着学'), make('h2', { id: 'presence-q' }, '还在学习吗？')),
    make('p', { id: 'presence-p' }, check.prompt), make('div', { class: 'acts' }, ...options),
    make('p', { class: 'split' }, this.timer, read),
    make('p', { class: 's soft' }, '也可以按键盘 1 2 3。没答上也不要紧，这段时间先放着，补答就计入。'), make('p', {}, slow));
  }

  wire(button, option) {
    const ms = this.check.hold_ms;
    if (!ms) { button.addEventListener('click', event => this.send(option.id, event.detail ? 'touch' : 'keyboard')); return; }
    const start = way => { if (!this.held) { button.classList.add('held'); this.held = setTimeout(() => { this.release(); this.send(option.id, way); }, ms); } };
    this.holds = this.holds || {};
    this.holds[button.dataset.n] = start;
    button.addEventListener('pointerdown', event => { event.preventDefault(); start('touch'); });
    ['pointerup', 'pointerleave', 'pointercancel'].forEach(kind => button.addEventListener(kind, () => this.release()));
    button.addEventListener('contextmenu', event => event.preventDefault());
    button.addEventListener('keydown', event => { if (['Enter', ' '].includes(event.key)) { event.preventDefault(); start('keyboard'); } });
    // A screen reader knows no holding down: its double tap is a click without a pointer.
    button.addEventListener('click', event => { if (!event.detail && !this.held) start('voice'); });
  }

  release() {
    clearTimeout(this.held);
    this.held = null;
    if (this.sheet) this.sheet.querySelectorAll('.held').forEach(one => one.classList.remove('held'));
  }

  key(event) {
    if (!this.check || !this.sheet || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
    const button = this.sheet.querySelector(`[data-n="${event.key}"]`);
    if (!button) return;
    event.preventDefault();
    if (this.check.hold_ms) this.holds[event.key]('keyboard'); else button.click();
  }

  lift() { if (this.held) this.release(); }

  count(seconds) {
    clearInterval(this.clock);
    if (seconds === null) { this.timer.textContent = '时间到了，补答也算'; return; }
    const until = Date.now() + seconds * 1000;
    let warned = false;
    const show = () => {
      const left = Math.max(0, Math.round((until - Date.now()) / 1000));
      this.timer.textContent = left ? `还有 ${left} 秒` : '时间到了，补答也算';
      if (left <= SOON_S && !warned && seconds > SOON_S) { warned = true; this.say(`还有 ${left} 秒`); }
      if (!left) clearInterval(this.clock);
    };
    show();
    this.clock = setInterval(show, 1000);
  }

  async send(chosen, way) {
    if (this.busy) return;
    this.busy = true;
    let response, told = {};
    try {
      response = await post(`/learn/checks/${this.check.id}/answers`, { chosen, way: this.spoke ? 'voice' : way }, this.csrf);
      told = await response.json();
    } catch { this.say('网络不好，再点一次'); this.timer.textContent = '网络不好，再点一次'; return; } finally { this.busy = false; }
    if (!response.ok) { this.timer.textContent = told.message || '没送到，再点一次'; this.say(this.timer.textContent); return; }
    if (told.check) { this.show(told.check, told.words); this.say(told.words); return; }
    this.say(told.words);
    this.close();
    this.hears.go(told);
  }

  async slow(button) {
    const response = await post('/learn/wish', { slow: true }, this.csrf).catch(() => null);
    if (response && response.ok) { button.textContent = '记住了，从下一次起给 2 分钟'; button.disabled = true; }
  }

  read() {
    this.spoke = true;
    const words = this.check.spoken;
    if (!('speechSynthesis' in window) || !window.SpeechSynthesisUtterance) { this.say(words); return; }
    speechSynthesis.cancel();
    const speech = new SpeechSynthesisUtterance(words);
    speech.lang = 'zh-CN';
    speech.onerror = () => this.say(words);
    speechSynthesis.speak(speech);
  }

  say(words) { this.said.textContent = ''; this.said.textContent = words; }

  // All the rest of the page waits.
  others(on) {
    [...document.body.children].forEach(one => { if (one !== this.sheet && one !== this.said) one.inert = on; });
  }

  take() {
    this.release();
    clearInterval(this.clock);
    if (this.sheet) this.sheet.remove();
    this.sheet = null;
    this.holds = {};
  }

  close() {
    this.take();
    this.check = null;
    if ('speechSynthesis' in window) speechSynthesis.cancel();
    this.others(false);
    if (this.before && this.before.isConnected) this.before.focus();
  }
}
