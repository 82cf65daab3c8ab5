// The player: plays, tells the server what was played, shows what the server says of it.
// It never counts time itself, and never promises what the server has not said.
import { Queue } from './player/queue.js';
import { Sender, post } from './player/sender.js';
import { Presence } from './player/presence.js';
import { Track } from './player/track.js';
import { Guard } from './player/guard.js';
import { Stage } from './player/stage.js';
import { Ways } from './player/ways.js';
import * as page from './player/page.js';

// Two clocks never agree to the millisecond: so small a rest is offered again with the next beat.
const SLACK_MS = 2000;

const root = document.getElementById('player');
const video = root && root.querySelector('video');
if (video) start();

function start() {
  const lengthMs = Number(root.dataset.lengthMs);
  const track = new Track(video, lengthMs);
  const queue = new Queue(root.dataset.owner);
  const sender = new Sender(queue, root.dataset.csrf, { answered, refused, offline, signedOut });
  const presence = new Presence(root.dataset.csrf, { pause: () => video.pause(), go: () => { if (session) { beat('start'); play(); } } });
  const controls = root.querySelector('.ctl'), range = controls.querySelector('input');
  const button = name => controls.querySelector(`[data-do=${name}]`);
  let session = null, launching = null, lastBeat = 0, rest = [], asked = Boolean(root.dataset.asked), sought = false, line = '';

  // ---- how far and how fast, the ways to watch, the stage
  const guard = new Guard(video, {
    locked: Boolean(root.dataset.locked), furthestMs: Number(root.dataset.furthestMs),
    startMs: Number(root.dataset.startMs), firstRate: Number(root.dataset.firstRate), covered: JSON.parse(root.dataset.covered),
  }, tell);
  const stage = new Stage(root, video, guard, {
    toggle: on => (video.paused ? play() : on || video.pause()), captions: () => switcher && switcher.click(), sought: () => { sought = true; },
  });
  const choices = document.getElementById('choices');
  new Ways(root, video, document.getElementById('watch'), document.getElementById('data'));
  pace(document.getElementById('rate'));
  sizes(document.getElementById('size'));

  let hush = null;
  function tell(words) {
    const place = document.getElementById('told');
    place.textContent = words;
    clearTimeout(hush);
    hush = setTimeout(() => { place.textContent = ''; }, 12000);
  }

  // Only the paces that count at this place stand in the menu.
  function pace(menu) {
    const all = [...menu.options];
    menu.onchange = () => guard.want(Number(menu.value));
    guard.onpace = (rate, most) => {
      const fit = all.filter(one => Number(one.value) <= most + 0.001);
      if (fit.length !== menu.options.length) { menu.textContent = ''; menu.append(...fit); }
      const now = fit.find(one => Math.abs(Number(one.value) - rate) < 0.001);
      if (now && menu.value !== now.value) menu.value = now.value;
    };
    guard.pace();
  }

  function sizes(menu) {
    if (!menu) return;
    menu.value = root.dataset.captions;
    menu.onchange = () => stage.captions(menu.value);
  }

  // The page says how often; it is read each time, so that it may change while the lesson runs.
  const beatEvery = () => Number(root.dataset.beatSeconds) * 1000;

  // ---- the session
  async function launch() {
    let response;
    try { response = await post(root.dataset.launch, {}, root.dataset.csrf); } catch { offline(); return false; }
    const said = await response.json().catch(() => ({}));
    if (response.status === 401 || response.status === 400) { signedOut(); return false; }
    if (!response.ok) { page.banner('现在打不开这一课', said.message || ''); return false; }
    session = { id: said.session, address: said.beats, seq: 0, made: Date.now() };
    rest = [];
    lastBeat = Date.now();
    guard.knows(said.position_ms);
    if (!asked && !sought && Math.abs(video.currentTime * 1000 - said.position_ms) > 1500) video.currentTime = said.position_ms / 1000;
    asked = true;
    clearBanner();
    if (said.stopped) {
      page.banner(said.stopped);
      setTimeout(() => { if (page.saying(said.stopped)) clearBanner(); }, 10000);
    }
    presence.offer(said.check);
    return true;
  }

  async function play() {
    if (!session) {
      launching = launching || launch().finally(() => { launching = null; });
      if (!await launching) return;
    }
    try { await video.play(); } catch (problem) {
      if (problem.name === 'NotAllowedError') page.banner('准备好了，再点一次播放');
      else if (problem.name !== 'AbortError') page.banner('视频没有打开', '看看网络，再点一次播放。');
    }
  }

  // ---- beats
  function beat(why, keepalive = false) {
    if (!session) return;
    const stretches = [...rest, ...track.take()];
    rest = [];
    lastBeat = Date.now();
    const item = {
      id: uuid(), made: session.made, address: session.address, session: session.id, lesson: root.dataset.launch,
      beat: {
        seq: ++session.seq, why, position_ms: track.place, stretches,
        rate: video.playbackRate, sent_at: new Date().toISOString(), hidden: document.hidden, muted: video.muted,
      },
    };
    item.beat.id = item.id;
    queue.put(item);
    page.pending(waiting(), lengthMs);
    sender.flush(keepalive);
  }

  const waiting = () => queue.all().filter(item => session && item.session === session.id).flatMap(item => item.beat.stretches);

  function answered(answer, batch) {
    if (batch[0].lesson === root.dataset.launch) guard.answered(answer);
    if (line) { line = ''; told(answer, batch); }
    if (!session && batch[0].lesson === root.dataset.launch) page.draw(answer);
    if (!session || batch[0].session !== session.id) return;
    if (answer.stop) { takenOver(); page.draw(answer); return; }
    presence.offer(answer.check);
    if (answer.prove) page.banner('先确认是你本人，再学才计入', '', { words: '去确认', href: answer.prove });
    page.draw(answer);
    page.pending(waiting(), lengthMs);
    if (video.paused && answer.live.tone !== 'no' && answer.credited_ms < answer.earnable_ms) page.live('', '停着，计入的都在');
    const left = answer.left.reduce((sum, one) => sum + one[1] - one[0], 0);
    if (left && left <= SLACK_MS && !['daily_limit', 'lesson_limit'].includes(answer.reason)) {
      rest = [...answer.left, ...rest];
      if (video.paused) setTimeout(() => { if (video.paused && rest.length) beat('pause'); }, left + 200);
    }
  }

  // The line is back, or somebody has signed in again: say what became of what was kept.
  function told(answer, batch) {
    const words = '连上了，学习记录传好了';
    if (batch.length < 2 && answer.accrued_ms) { clearBanner(); return; }
    page.banner(words, answer.accrued_ms ? '' : `已记录，不计入。${answer.why}`);
    setTimeout(() => { if (page.saying(words)) clearBanner(); }, 15000);
  }

  // The server will never take these: the session is gone. What earlier pages left does not disturb this one.
  function refused(message, batch) {
    if (!session || batch[0].session !== session.id) return;
    session = null;
    video.pause();
    page.banner('这一课要重新接上', message, { words: '刷新这一页', href: location.pathname });
  }

  function offline() {
    line = 'offline';
    page.banner('网络不好，学习记录已存在手机里', '可以接着看。连上后自动上传，再告诉你这段算不算。');
    page.live('wait', '连上网再确认');
  }

  function signedOut() {
    line = 'signedOut';
    page.banner('登录过期了，学习记录已存在手机里', '登录后自动上传，再告诉你这段算不算。', { words: '去登录', href: root.dataset.signIn });
    page.live('wait', '登录后再确认');
  }

  function takenOver() {
    session = null;
    rest = [];
    track.take();
    video.pause();
    page.banner('另一台设备在用你的账号学，这里先停下', '同一时间只算一份。', {
      words: '在这里接着学', href: '#player', act: event => { event.preventDefault(); clearBanner(); asked = sought = false; play(); },
    });
  }

  function clearBanner() { if (!line) page.banner(''); }

  // ---- what the video does
  video.addEventListener('playing', () => {
    if (track.from === null) track.begin();
    if (session && !line) page.live('wait', '正在看，待确认');
    if (session && Date.now() - lastBeat > 3000) beat('start');
  });
  video.addEventListener('timeupdate', () => { track.move(); show(); });
  video.addEventListener('seeking', () => { track.close(); });
  video.addEventListener('seeked', () => { if (track.done.length) beat('seek'); if (!video.paused) track.begin(); show(); });
  video.addEventListener('pause', () => { if (!video.ended) { track.move(); track.close(); beat('pause'); } show(); });
  video.addEventListener('ended', () => { track.end(); beat('ended'); show(); });
  video.addEventListener('play', () => { if (!session) { video.pause(); play(); } show(); });
  video.addEventListener('error', () => page.banner('视频没有打开', /MicroMessenger/.test(navigator.userAgent)
    ? '看看网络，再刷新这一页。还是不行，就点右上角的“…”，选“在浏览器打开”。'
    : '看看网络，再刷新这一页。', { words: '刷新这一页', href: location.pathname }));
  const toPlace = () => { if (video.readyState && !session) video.currentTime = Number(root.dataset.startMs) / 1000; };
  video.addEventListener('loadedmetadata', toPlace);
  toPlace();

  setInterval(() => { if (!video.paused && Date.now() - lastBeat >= beatEvery()) beat('tick'); }, 250);
  document.addEventListener('visibilitychange', () => {
    if (document.hidden && !video.paused) beat('hidden', true);
    else if (!document.hidden) sender.flush();
  });
  addEventListener('pagehide', () => { if (session) { track.move(); beat('leave', true); session = null; } });
  addEventListener('online', () => sender.flush());
  // Back from the browser's cache: the page is old, the server is not.
  addEventListener('pageshow', event => { if (event.persisted) location.reload(); });

  // ---- controls
  video.controls = false;
  controls.hidden = false;
  button('play').onclick = () => (video.paused ? play() : video.pause());
  button('fullscreen').onclick = () => stage.full();
  choices.hidden = false;
  range.oninput = () => { sought = true; video.currentTime = Number(range.value); };
  document.addEventListener('click', event => {
    const to = event.target.closest('#misses [data-from]');
    if (!to) return;
    event.preventDefault();
    sought = true;
    video.currentTime = Number(to.dataset.from) / 1000;
    root.scrollIntoView();
    play();
  });

  function show() {
    const words = `${page.clock(video.currentTime * 1000)} / ${page.clock(lengthMs)}`;
    controls.querySelector('[data-show=time]').textContent = words;
    range.value = Math.floor(video.currentTime);
    range.setAttribute('aria-valuetext', words);
    button('play').toggleAttribute('data-playing', !video.paused);
    button('play').setAttribute('aria-label', video.paused ? '播放' : '暂停');
    page.place(video.currentTime * 1000, lengthMs);
    caption();
  }

  // ---- captions, drawn by us: native tracks fail in some phones' browsers
  // They stand on the transcript's own page, which a browser keeps: a long lesson costs no more to come back to.
  const cap = root.querySelector('.cap'), switcher = button('captions'), transcript = document.getElementById('transcript');
  let captions = Boolean(transcript), cues = [];
  async function readTranscript() {
    const response = await fetch(transcript.querySelector('a').href);
    const list = response.ok && new DOMParser().parseFromString(await response.text(), 'text/html').getElementById('cues');
    if (!list) return;
    transcript.textContent = '';
    transcript.append(list);
    cues = [...list.children].map(item => ({
      from: Number(item.dataset.from), to: Number(item.dataset.to), text: item.textContent,
    }));
    caption();
  }
  if (transcript) readTranscript().catch(() => {}); // the link to it stays, and the video goes on
  function caption() {
    const ms = video.currentTime * 1000;
    const cue = captions && cues.find(one => one.from <= ms && ms < one.to);
    const text = cue ? cue.text : '';
    if (cap.firstElementChild.textContent !== text) cap.firstElementChild.textContent = text;
  }
  cap.hidden = !captions;
  if (switcher) switcher.onclick = () => {
    captions = !captions;
    cap.hidden = !captions;
    switcher.setAttribute('aria-pressed', captions);
    caption();
  };

  // ---- what earlier pages left: sent in order, before anything new
  queue.earlier().then(kept => { if (kept.length) { line = 'earlier'; sender.flush(); } });
  show();
}

function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
