// The shell of a document: shows a page of HTML or a PDF, and says which place of it is in sight.
// It runs on the content host and holds nothing but its launch; what it says is a hint.
const html = document.documentElement, data = html.dataset;

const tell = place => { if (parent !== window) parent.postMessage({ v: 1, type: 'place', place }, data.app); };

const kept = {
  get place() { return data.place || ''; },
};

// The words are on the screen first; the reader comes after the first paint.
const afterPaint = work => requestAnimationFrame(() => setTimeout(work));

if (data.type === 'pdf') {
  afterPaint(() => import(data.reader).then(reader => reader.show({ ...data }, kept.place, tell)).catch(failed));
} else {
  afterPaint(() => import(data.reader).then(reader => reader.watch(document.querySelector('iframe'), data.src, kept.place, tell)).catch(failed));
}

function failed() {
  document.getElementById('waiting').textContent = '这份材料没有打开。看看网络，回到课程页再打开一次。';
}
