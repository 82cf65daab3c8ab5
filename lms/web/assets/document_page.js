// A document of HTML in a frame of the same host: which of its sections is in sight, and back to where one was.
// A section begins at a heading; a page without headings is divided by screens.
const LONGEST = 60;

export function watch(frame, src, last, tell) {
  const base = new URL(src, location.href);
  const [lastPage, lastSection] = split(last);
  let wanted = Number(lastSection) || 0, said = '';
  frame.addEventListener('load', () => {
    document.getElementById('waiting').hidden = true;
    const view = frame.contentWindow, page = frame.contentDocument;
    if (!page || !page.documentElement) return;
    if (wanted > 1) { goTo(page, view, wanted); }
    wanted = 0;
    let due = false;
    const look = () => { due = false; say(name(base, view.location, section(page, view))); };
    const soon = () => { if (!due) { due = true; setTimeout(look, 300); } };
    page.addEventListener('scroll', soon, { capture: true, passive: true });
    view.addEventListener('resize', soon);
    look();
  });
  const say = place => { if (place !== said) { said = place; tell(place); } };
  frame.src = lastPage ? new URL(lastPage, base).href : src;
}

// "3" on the first page, "part2.html 3" on another.
const split = place => {
  const parts = /^(?:(.+) )?(\d{1,4})$/.exec(place) || [];
  const page = parts[1] || '';
  return [/^[a-z]+:|^\/|\.\./i.test(page) ? '' : page, parts[2]];
};

function name(base, at, number) {
  const folder = base.pathname.replace(/[^/]*$/, '');
  const page = at.pathname === base.pathname || !at.pathname.startsWith(folder) ? '' : at.pathname.slice(folder.length);
  return `${page ? `${page.slice(0, LONGEST)} ` : ''}${number}`;
}

const headings = page => [...page.querySelectorAll('h1, h2, h3')].filter(one => one.getClientRects().length);

function section(page, view) {
  const found = headings(page), box = page.scrollingElement || page.documentElement;
  const atEnd = box.scrollHeight - box.scrollTop - view.innerHeight < 4;
  if (found.length > 1) {
    if (atEnd && box.scrollTop > 0) return found.length;
    const above = found.filter(one => one.getBoundingClientRect().top <= view.innerHeight / 2).length;
    return Math.max(1, above);
  }
  return Math.floor(box.scrollTop / (view.innerHeight * 0.9 || 1)) + 1;
}

function goTo(page, view, number) {
  const found = headings(page);
  if (found.length > 1) found[Math.min(number, found.length) - 1].scrollIntoView();
  else view.scrollTo(0, (number - 1) * view.innerHeight * 0.9);
}
