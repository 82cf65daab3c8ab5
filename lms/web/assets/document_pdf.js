// A PDF page by page: drawn to fit, as large as one likes, or as plain text; with a layer of text for readers of the screen.
import { GlobalWorkerOptions, TextLayer, getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { CMaps } from './document/cmaps.js';

const SIZES = [1, 1.25, 1.5, 2, 3, 4];
// A canvas larger than this is drawn blank by phones.
const MOST_PIXELS = 8e6;
const $ = id => document.getElementById(id);

export async function show(data, last, tell) {
  GlobalWorkerOptions.workerSrc = data.worker;
  const loading = getDocument({
    url: data.src, isEvalSupported: false, enableXfa: false, disableAutoFetch: true, rangeChunkSize: 1 << 17,
    useWorkerFetch: false, CMapReaderFactory: CMaps, cMapUrl: new URL('./', new URL(data.reader, location.href)).href,
  });
  loading.onProgress = ({ loaded, total }) => {
    if (total) $('waiting').textContent = `正在打开，${Math.min(100, Math.round(100 * loaded / total))}%`;
  };
  const pdf = await loading.promise;
  const box = $('page'), canvas = box.querySelector('canvas'), layer = box.querySelector('.text'), plain = $('plain');
  let number = Math.min(pdf.numPages, Math.max(1, Number(last) || 1)), size = 0, reading = false, turn = 0, drawing = null;

  $('waiting').hidden = true;
  $('tools').hidden = false;
  const input = $('number');
  input.max = pdf.numPages;
  $('of').textContent = `/ ${pdf.numPages} 页`;

  async function draw() {
    const mine = ++turn;
    if (drawing) drawing.cancel();
    const page = await pdf.getPage(number);
    if (mine !== turn) return;
    const natural = page.getViewport({ scale: 1 });
    const fit = (box.clientWidth || innerWidth) / natural.width;
    const viewport = page.getViewport({ scale: fit * SIZES[size] });
    const sharp = Math.min(devicePixelRatio || 1, Math.sqrt(MOST_PIXELS / (viewport.width * viewport.height)));
    canvas.width = Math.floor(viewport.width * sharp);
    canvas.height = Math.floor(viewport.height * sharp);
    for (const one of [canvas, layer]) {
      one.style.width = `${Math.floor(viewport.width)}px`;
      one.style.height = `${Math.floor(viewport.height)}px`;
    }
    layer.style.setProperty('--scale-factor', viewport.scale);
    drawing = page.render({
      canvasContext: canvas.getContext('2d'), viewport, transform: sharp === 1 ? null : [sharp, 0, 0, sharp, 0, 0],
    });
    try { await drawing.promise; } catch (problem) { if (problem.name !== 'RenderingCancelledException') throw problem; return; }
    const words = await page.getTextContent();
    if (mine !== turn) return;
    layer.textContent = '';
    await new TextLayer({ textContentSource: words, container: layer, viewport }).render();
    read(words);
  }

  // Lines of one paragraph run on; a gap larger than a line begins the next.
  function read(words) {
    const paragraphs = [];
    let text = '', bottom = null;
    for (const item of words.items) {
      const top = item.transform ? item.transform[5] : bottom;
      if (bottom !== null && item.height && Math.abs(bottom - top) > 1.9 * item.height && text.trim()) { paragraphs.push(text); text = ''; }
      if (item.height) bottom = top;
      text += item.str || '';
    }
    if (text.trim()) paragraphs.push(text);
    plain.textContent = '';
    (paragraphs.length ? paragraphs : ['这一页没有文字，只有图。']).forEach(words => {
      const line = document.createElement('p');
      line.textContent = words.trim();
      plain.append(line);
    });
  }

  async function go(to) {
    const next = Math.min(pdf.numPages, Math.max(1, to || 1));
    if (next !== number) { number = next; box.scrollTop = 0; box.scrollLeft = 0; plain.scrollTop = 0; }
    input.value = number;
    box.setAttribute('aria-label', `第 ${number} 页`);
    $('said').textContent = `第 ${number} 页，共 ${pdf.numPages} 页`;
    $('before').disabled = number === 1;
    $('after').disabled = number === pdf.numPages;
    tell(String(number));
    await draw();
  }

  function resize(step) {
    size = Math.min(SIZES.length - 1, Math.max(0, size + step));
    plain.dataset.size = size;
    $('smaller').disabled = size === 0;
    $('larger').disabled = size === SIZES.length - 1;
    if (!reading) draw();
  }

  $('before').onclick = () => go(number - 1);
  $('after').onclick = () => go(number + 1);
  $('smaller').onclick = () => resize(-1);
  $('larger').onclick = () => resize(1);
  input.onchange = () => go(Math.round(Number(input.value)));
  $('words').onclick = () => {
    reading = !reading;
    $('words').setAttribute('aria-pressed', reading);
    plain.hidden = !reading;
    box.hidden = reading;
    if (!reading) draw();
  };
  const keys = {
    ArrowLeft: () => go(number - 1), PageUp: () => go(number - 1), ArrowRight: () => go(number + 1), PageDown: () => go(number + 1),
    Home: () => go(1), End: () => go(pdf.numPages), '+': () => resize(1), '=': () => resize(1), '-': () => resize(-1),
  };
  addEventListener('keydown', event => {
    // A page larger than the screen is moved sideways first.
    if (event.target === input || event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    if (size && event.key.startsWith('Arrow')) return;
    event.preventDefault();
    keys[event.key]();
  });
  let from = null;
  box.addEventListener('touchstart', event => { from = event.touches.length === 1 && !size ? event.touches[0].clientX : null; }, { passive: true });
  box.addEventListener('touchend', event => {
    const by = from === null ? 0 : event.changedTouches[0].clientX - from;
    if (Math.abs(by) > 60) go(number + (by < 0 ? 1 : -1));
    from = null;
  }, { passive: true });
  let waiting = null;
  addEventListener('resize', () => { clearTimeout(waiting); waiting = setTimeout(draw, 150); });
  resize(0);
  await go(number);
}
