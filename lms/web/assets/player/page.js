// What the page shows of the server's answers: figures, the lesson's map, the reasons, the banner. No counting here.
const SVG = 'http://www.w3.org/2000/svg';
// As many reasons at once as a screen holds.
const SHOWN = 3;
const $ = id => document.getElementById(id);

export const clock = ms => `${Math.floor(ms / 60000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, '0')}`;

const element = (name, attributes = {}, text = '') => {
  const made = name === 'svg' || name === 'rect' || name === 'line' || name === 'path'
    ? document.createElementNS(SVG, name) : document.createElement(name);
  Object.keys(attributes).forEach(key => made.setAttribute(key, attributes[key]));
  if (text) made.textContent = text;
  return made;
};

const fill = (box, children) => {
  while (box.firstChild) box.firstChild.remove();
  children.forEach(child => box.append(child));
};

// A status speaks when it changes, never each time it is written.
const say = (place, text) => { if (place && place.textContent !== text) place.textContent = text; };

export const live = (tone, words) => {
  const place = $('live');
  if (!place) return;
  place.className = `live ${tone}`;
  say(place.querySelector('span'), words);
};

export const banner = (title, text = '', link = null) => {
  const place = $('banner');
  if (place.dataset.said === title + text) return;
  place.dataset.said = title + text;
  place.hidden = !title;
  place.querySelector('b').textContent = title;
  place.querySelector('.s').textContent = text;
  const button = place.querySelector('a');
  button.hidden = !link;
  if (link) { button.textContent = link.words; button.href = link.href; button.onclick = link.act || null; }
};

export const saying = title => document.querySelector('#banner b').textContent === title;

export const draw = answer => {
  if ($('credited')) $('credited').textContent = clock(answer.credited_ms);
  say($('day'), answer.day);
  say($('online'), answer.online);
  live(answer.live.tone, answer.live.words);
  if (answer.complete) $('done').hidden = false;
  map(answer);
  misses(answer.misses);
};

const map = answer => {
  const svg = document.querySelector('#map svg');
  if (!svg) return;
  const share = ms => `${(100 * ms / answer.length_ms).toFixed(2)}%`;
  const bar = (kind, from, to) => element('rect', { class: kind, x: share(from), width: share(to - from), height: '100%', rx: 4 });
  const mark = svg.querySelector('line');
  svg.setAttribute('aria-label', answer.label);
  fill(svg, [
    element('rect', { class: 'k', x: '0%', width: '100%', height: '100%', rx: 4 }),
    ...answer.covered.map(one => bar('c', one[0], one[1])),
    ...answer.misses.map(miss => bar('x', miss.from_ms, miss.to_ms)),
    ...(mark ? [mark] : []),
  ]);
};

// Hatched: played since the last answer, not known yet whether it counts.
export const pending = (stretches, lengthMs) => {
  const svg = document.querySelector('#map svg');
  if (!svg) return;
  svg.querySelectorAll('.p').forEach(old => old.remove());
  const mark = svg.querySelector('line');
  $('key-p').hidden = !stretches.length;
  const share = ms => `${(100 * ms / lengthMs).toFixed(2)}%`;
  stretches.forEach(one => svg.insertBefore(element('rect', {
    class: 'p', fill: 'url(#h)', x: share(one[0]), width: share(one[1] - one[0]), height: '100%', rx: 3,
  }), mark));
};

export const place = (ms, lengthMs) => {
  const mark = document.querySelector('#map line');
  const at = `${(100 * ms / lengthMs).toFixed(2)}%`;
  if (mark) { mark.setAttribute('x1', at); mark.setAttribute('x2', at); }
};

const misses = list => {
  const box = $('misses');
  const said = JSON.stringify(list);
  if (box.dataset.said === said) return;
  box.dataset.said = said;
  $('key-x').hidden = !list.length;
  const more = list.length - SHOWN;
  fill(box, [
    ...list.slice(0, SHOWN).map(note),
    ...(more > 0 ? [element('p', { class: 's soft' }, `后面还有 ${more} 段没计入，补看完前面的再接着补。`)] : []),
  ]);
};

const note = miss => {
  const box = element('div', { class: 'note no' });
  const icon = element('svg', { class: 'i', viewBox: '0 0 24 24', 'aria-hidden': 'true' });
  icon.append(element('path', { d: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM8 12h8' }));
  const body = element('div');
  body.append(element('b', {}, miss.title), element('p', { class: 's' }, miss.why));
  if (miss.button) {
    const line = element('p');
    line.append(element('a', { class: 'btn', href: `?from=${miss.from_ms}`, 'data-from': miss.from_ms }, miss.button));
    body.append(line);
  }
  box.append(icon, body);
  return box;
};
