// The page that frames a package: opens it when asked, tells the server that somebody is there, and always leads back.
// Other people's code runs in the frame. What it says is a hint of a place and no more; everything else the server knows.
import { Queue } from './player/queue.js';
import { Sender, post } from './player/sender.js';
import { Presence } from './player/presence.js';
import * as page from './player/page.js';

const MOST_PLACE = 200;
// A hint may come with every scroll; the server hears of it no oftener than this.
const HINT_MS = 5000;

const root = document.getElementById('package');
if (root) start();

function start() {
  const data = root.dataset, stage = document.getElementById('stage'), banner = document.getElementById('banner');
  const home = banner.parentNode, open = root.querySelector('[data-do=open]');
  const button = name => stage.querySelector(`[data-do=${name}]`);
  const queue = new Queue(data.owner), sender = new Sender(queue, data.csrf, { answered, refused, offline, signedOut });
  // The question covers the lesson, which it cannot stop; time goes on counting until it is due.
  const presence = new Presence(data.csrf, { pause: () => {}, go: () => { behind(Boolean(frame)); beat('start'); } });
  let frame = null, session = null, place = '', told = '', lastBeat = 0, line = '';

  const beatEvery = () => Number(data.beatSeconds) * 1000;

  // ---- opening
  let opening = false;
  const press = async event => {
    if (event) event.preventDefault();
    if (opening || frame) return;
    opening = true;
    open.setAttribute('aria-busy', 'true');
    try { await begin(); } finally { opening = false; open.removeAttribute('aria-busy'); }
  };
  open.addEventListener('click', press);

  async function begin() {
    let response;
    try { response = await post(open.form.action, {}, data.csrf); } catch { offline(); return; }
    const said = await response.json().catch(() => ({}));
    if (response.status === 401 || response.status === 400) { signedOut(); return; }
    if (!response.ok) { page.banner('现在打不开这一课', said.message || ''); return; }
    clearBanner();
    if (said.own_window) { location.assign(said.url); return; }
    session = said.session ? { id: said.session, address: said.beats, seq: 0, made: Date.now() } : null;
    place = told = '';
    show(said.url);
    beat('start');
    if (said.stopped) brief(said.stopped);
  }

  function show(url) {
    frame = document.createElement('iframe');
    frame.setAttribute('sandbox', data.sandbox);
    frame.setAttribute('allow', 'fullscreen; autoplay');
    frame.title = data.title;
    frame.src = url;
    stage.append(frame);
    stage.hidden = false;
    stage.insertBefore(banner, frame);
    document.documentElement.classList.add('staged');
    behind(true);
    history.pushState({ stage: true }, '');
    button('back').focus();
  }

  // What lies behind the stage is not there for anybody.
  const behind = on => [...home.children, document.querySelector('header.bar')].forEach(one => {
    if (one && one !== stage && one !== banner) one.inert = on;
  });

  function leave() {
    if (!frame) return;
    beat('leave');
    session = null;
    // Taken out of the page the lesson still says its last words.
    frame.remove();
    frame = null;
    if (document.fullscreenElement) document.exitFullscreen();
    stage.hidden = true;
    home.insertBefore(banner, home.firstChild);
    document.documentElement.classList.remove('staged');
    behind(false);
    open.focus();
  }

  const back = () => (history.state && history.state.stage ? history.back() : leave());
  button('back').addEventListener('click', back);

  // A package may ask for the lesson beside it, and for nothing farther.
  function go(to) {
    const address = { next: data.next, previous: data.previous }[to];
    leave();
    if (address) location.assign(address);
  }

  addEventListener('popstate', leave);

  const whole = button('fullscreen'), screen = document.documentElement;
  whole.hidden = !document.fullscreenEnabled;
  whole.addEventListener('click', () => (document.fullscreenElement ? document.exitFullscreen() : screen.requestFullscreen()));
  document.addEventListener('fullscreenchange', () => {
    const on = Boolean(document.fullscreenElement);
    whole.setAttribute('aria-label', on ? '退出全屏' : '全屏');
    whole.setAttribute('aria-pressed', on);
  });

  // ---- what the frame says
  addEventListener('message', event => {
    if (!frame || event.source !== frame.contentWindow || event.origin !== data.content) return;
    const said = event.data;
    if (!said || typeof said !== 'object' || said.v !== 1) return;
    if (said.type === 'place' && typeof said.place === 'string') hint(said.place.slice(0, MOST_PLACE));
    if (said.type === 'closed') back();
    if (said.type === 'go') go(said.to);
    if (said.type === 'error' && typeof said.text === 'string') page.banner('这一课里有一步没有存上', said.text.slice(0, 200));
  });

  function hint(now) {
    place = now;
    if (place !== told && Date.now() - lastBeat >= HINT_MS) beat('tick');
  }

  // ---- beats
  function beat(why, keepalive = false) {
    if (!session || (presence.open && !keepalive)) return;
    lastBeat = Date.now();
    told = place;
    const item = {
      id: uuid(), made: session.made, address: session.address, session: session.id, lesson: data.lesson,
      beat: {
        seq: ++session.seq, why, position_ms: 0, stretches: [], place, hidden: document.hidden,
        sent_at: new Date().toISOString(),
      },
    };
    item.beat.id = item.id;
    queue.put(item);
    sender.flush(keepalive);
  }

  setInterval(() => {
    if (!session) return;
    const since = Date.now() - lastBeat;
    if (since >= beatEvery() || (place !== told && since >= HINT_MS)) beat('tick');
  }, 1000);
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) beat('hidden', true);
    else beat('start');
  });
  addEventListener('pagehide', () => { beat('leave', true); session = null; });
  addEventListener('online', () => sender.flush());
  // Back from the browser's cache: the page is old, the server is not.
  addEventListener('pageshow', event => { if (event.persisted) location.reload(); });

  // ---- what the server says
  function answered(answer, batch) {
    if (line) { line = ''; brief('连上了，学习记录传好了'); }
    if (batch[0].lesson !== data.lesson) return;
    page.draw(answer);
    presence.offer(answer.check);
    if (!session && answer.live.tone !== 'no' && answer.credited_ms < answer.earnable_ms) page.live('', '停着，计入的都在');
    mirror();
    if (answer.stop && session && batch[0].session === session.id) {
      leave();
      page.banner('另一台设备在用你的账号学，这里先停下', '同一时间只算一份。想在这里学，再打开一次。');
    }
  }

  function refused(message, batch) {
    if (!session || batch[0].session !== session.id) return;
    session = null;
    page.banner('这一课要重新打开', message, { words: '刷新这一页', href: location.pathname });
  }

  function offline() {
    line = 'offline';
    page.banner('网络不好，学习记录已存在手机里', '连上后自动上传，再告诉你这段算不算。');
    page.live('wait', '连上网再确认');
    mirror();
  }

  function signedOut() {
    line = 'signedOut';
    page.banner('登录过期了，学习记录已存在手机里', '登录后自动上传，再告诉你这段算不算。', { words: '去登录', href: data.signIn });
    page.live('wait', '登录后再确认');
    mirror();
  }

  function brief(words) {
    page.banner(words);
    setTimeout(() => { if (page.saying(words)) clearBanner(); }, 10000);
  }

  function clearBanner() { if (!line) page.banner(''); }

  // The same words over the frame, for the eyes: the page behind has already said them aloud.
  function mirror() {
    const from = document.getElementById('live'), to = document.getElementById('stagelive');
    if (!from || !to) return;
    to.className = from.className;
    to.textContent = from.textContent;
  }
  mirror();

  // ---- before opening: mobile data costs money
  const network = navigator.connection;
  const warning = document.getElementById('mobile');
  if (warning && network) warning.hidden = !(network.type === 'cellular' || network.saveData);

  // The button was pressed before this script was there, and the server has led back to it.
  if (location.hash === '#open') {
    history.replaceState(null, '', location.pathname);
    press();
  }

  queue.earlier().then(kept => { if (kept.length) sender.flush(); });
}

function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
