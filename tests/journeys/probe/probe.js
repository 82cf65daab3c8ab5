// A package that attacks the platform that plays it. Each attempt gives words when it has won, and nothing (or an error)
// when it has not; what shows only from outside (a request that reached the app, a page that moved) the test looks at.
const tries = {};
const attempt = (name, work) => { tries[name] = work; };
const soon = (ms = 150) => new Promise(done => { setTimeout(done, ms); });
const within = (work, ms = 700) => Promise.race([work, soon(ms)]);
const add = (name, attributes = {}, to = document.body) => {
  const made = document.createElement(name);
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  to.append(made);
  return made;
};
const framed = async (attributes, ms) => { const made = add('iframe', attributes); await soon(ms); return made; };
const readable = view => { try { return Boolean(view && view.document && view.document.body); } catch { return false; } };
// Framed, top is the app; in a tab of its own there is nobody above.
const above = () => (top === window ? null : top);

// ---- the pages above
attempt('read the document of top', () => above() && above().document.title);
attempt('read the cookie of top', () => above() && above().document.cookie);
attempt('read the address of top', () => above() && above().location.href);
attempt('read the storage of top', () => above() && above().localStorage.getItem('secret'));
attempt('find the form token of top', () => above() && above().document.querySelector('[data-csrf]').dataset.csrf);
attempt('read what stands above the shell', () => above() && parent.parent.document.body.innerHTML);
attempt('reach the frame element that holds the shell', () => above() && parent.frameElement && 'reached');
attempt('call a function of top', () => above() && above().eval('1') && 'called');
attempt('put a script into top', () => above() && above().document.body.append('x') === undefined && 'put');
attempt('read the name of top', () => above() && above().name);
attempt('read the history of top', () => above() && above().history.pushState({}, '', '/me') === undefined && 'changed');
attempt('read an opener', () => opener && readable(opener) && 'read');
attempt('loosen document.domain', () => {
  document.domain = location.hostname.split('.').slice(-2).join('.');
  return above() && readable(above()) && 'loosened';
});
attempt('take off the sandbox and go', async facts => {
  const own = frameElement;
  if (!own) return '';
  own.removeAttribute('sandbox');
  const fresh = parent.document.createElement('iframe');
  fresh.srcdoc = `<script>top.location = '${facts.elsewhere}'<\/script>`;
  parent.document.body.append(fresh);
  await soon(500);
  fresh.remove();
  return '';
});
attempt('wait for a secret by message', async () => {
  const heard = [];
  addEventListener('message', event => heard.push(event.data));
  if (above()) { above().postMessage({ v: 1, type: 'hello' }, '*'); parent.postMessage('hello', '*'); }
  await soon(600);
  return heard.find(one => one && one !== 'hello' && !(one.v === 1 && one.type === 'hello')) && 'heard';
});

// ---- cookies
attempt('read the session cookie', () => document.cookie.includes('__Host-lms') && document.cookie);
attempt('read cookies by cookieStore', async () => (await cookieStore.getAll()).find(one => one.name.startsWith('__Host-lms')) && 'read');
attempt('toss a session onto the app', facts => {
  document.cookie = `__Host-lms=stolen; Domain=${facts.site}; Path=/; Secure`;
  document.cookie = '__Host-lms=stolen; Path=/; Secure';
  document.cookie = `session=stolen; Domain=${facts.site}; Path=/`;
});
attempt('toss a device onto the app', facts => { document.cookie = `__Host-device=stolen; Domain=${facts.site}; Path=/; Secure`; });
attempt('toss the larger version onto the app', facts => {
  document.cookie = `care=1; Domain=${facts.site}; Path=/`;
  document.cookie = `__Host-care=1; Domain=${facts.site}; Path=/; Secure`;
});

// ---- storage
attempt('read the app\'s localStorage', () => localStorage.getItem('secret'));
attempt('read the app\'s sessionStorage', () => sessionStorage.getItem('secret'));
attempt('read the app\'s databases', async () => (await indexedDB.databases()).find(one => one.name === 'yanxue') && 'found');
attempt('read the app\'s caches', async facts => (await caches.match(`${facts.app}/learn`)) && 'found');
attempt('ask for the storage of the site', async () => {
  await within(document.requestStorageAccess());
  return localStorage.getItem('secret') || /__Host-lms=(?!stolen)/.test(document.cookie) ? 'given' : '';
});
attempt('listen on the app\'s channel', async () => {
  let heard = '';
  new BroadcastChannel('yanxue').onmessage = event => { heard = event.data; };
  await soon(300);
  return heard;
});
attempt('share a worker with the app', facts => new SharedWorker(facts.script) && '');

// ---- workers that would stay
attempt('register its own service worker', async () => (await navigator.serviceWorker.register('sw.js')) && 'registered');
attempt('register a service worker over the whole host', async () => (await navigator.serviceWorker.register('sw.js', { scope: '/' })) && 'registered');
attempt('register an asset as service worker', async facts => (await navigator.serviceWorker.register(facts.asset)) && 'registered');
attempt('register a blob as service worker', async () => (await navigator.serviceWorker.register(URL.createObjectURL(new Blob([''], { type: 'text/javascript' })))) && 'registered');
attempt('register the app\'s script as service worker', async facts => (await navigator.serviceWorker.register(facts.script)) && 'registered');
attempt('import the app\'s script into a worker', async facts => {
  const code = `try { importScripts('${facts.script}'); postMessage('won'); } catch { postMessage(''); }`;
  return within(new Promise(done => { new Worker(URL.createObjectURL(new Blob([code]))).onmessage = event => done(event.data); }));
});
attempt('ask the app from a worker', async facts => {
  const code = `fetch('${facts.app}/api/session', { credentials: 'include', mode: 'no-cors' }).then(() => postMessage('won'), () => postMessage(''));`;
  return within(new Promise(done => { new Worker(URL.createObjectURL(new Blob([code]))).onmessage = event => done(event.data); }));
});

// ---- moving the page above (where there is one; a tab of its own may go where it likes)
const move = (name, work) => attempt(name, async facts => { if (above()) { await work(facts); await soon(150); } });
move('assign top.location', facts => { top.location = facts.elsewhere; });
move('set top.location.href', facts => { top.location.href = facts.elsewhere; });
move('replace the parent of the parent', facts => parent.parent.location.replace(facts.elsewhere));
move('open with _top', facts => { window.open(facts.elsewhere, '_top'); });
move('click a link to _top', facts => add('a', { href: facts.elsewhere, target: '_top' }).click());
move('click a link to _parent in the shell', facts => add('a', { href: facts.elsewhere, target: '_parent' }, parent.document.body).click());
move('send a form to _top', facts => add('form', { action: facts.elsewhere, target: '_top' }).submit());
move('run javascript: in top', () => { top.location = 'javascript:document.title="won"'; });
move('set a base of _top and click', facts => {
  const base = add('base', { target: '_top' }, document.head);
  add('a', { href: facts.elsewhere }).click();
  base.remove();
});
move('close top', () => top.close());
move('refresh itself to the app', async facts => {
  const made = await framed({ srcdoc: `<meta http-equiv="refresh" content="0;url=${facts.app}/me">` }, 500);
  return readable(made.contentWindow) ? '' : '';
});

// ---- windows
attempt('read a window of the app that it opened', async facts => {
  const opened = window.open(`${facts.app}/me`);
  await soon(600);
  const won = readable(opened) && !opened.closed && opened.location.href.startsWith(facts.app) ? 'read' : '';
  if (opened) opened.close();
  return won;
});
attempt('escape by a blank window', async facts => {
  const opened = window.open('about:blank');
  if (!opened) return '';
  opened.document.write(`<form method="post" action="${facts.app}/care"></form><script>
    try { opener.top.location = '${facts.elsewhere}'; } catch {} document.forms[0].submit();<\/script>`);
  await soon(500);
  opened.close();
  return '';
});
attempt('take over the app\'s window by name', async facts => {
  for (const name of [...(above() ? ['_parent'] : []), 'app', 'main', 'yanxue']) { const got = window.open(facts.elsewhere, name); if (got && got !== window && name !== '_parent') got.close(); }
  return '';
});

// ---- the app's doors, with the person's own session
const ask = (name, work) => attempt(name, async facts => { await work(facts); });
attempt('post to the app', async facts => { await fetch(`${facts.app}/care`, { method: 'POST', credentials: 'include', mode: 'no-cors', body: 'a=1' }); return 'sent'; });
attempt('post JSON to the app', async facts => { await fetch(`${facts.app}${facts.beats}`, { method: 'POST', credentials: 'include', headers: { 'Content-Type': 'application/json' }, body: '{}' }); return 'sent'; });
attempt('post JSON as text to the app', async facts => { await fetch(`${facts.app}${facts.beats}`, { method: 'POST', credentials: 'include', mode: 'no-cors', body: '{"beats":[]}' }); return 'sent'; });
attempt('read the app', async facts => (await fetch(`${facts.app}/api/session`, { credentials: 'include' })).text());
attempt('read the app by XMLHttpRequest', facts => within(new Promise((done, fail) => {
  const request = new XMLHttpRequest();
  request.withCredentials = true;
  request.onload = () => done(request.responseText || 'sent');
  request.onerror = fail;
  request.open('GET', `${facts.app}/me/details`);
  request.send();
})));
attempt('send a beacon to the app', async facts => { navigator.sendBeacon(`${facts.app}/care`, 'a=1'); });
attempt('send a beacon to the record store', async facts => { navigator.sendBeacon(`${facts.app}/xapi/statements`, '{}'); });
attempt('send a fetch that outlives the page', async facts => { await fetch(`${facts.app}/care`, { method: 'POST', keepalive: true, mode: 'no-cors', credentials: 'include' }); return 'sent'; });
attempt('open a socket to the app', facts => within(new Promise((done, fail) => {
  const socket = new WebSocket(facts.app.replace('http', 'ws'));
  socket.onopen = () => done('opened');
  socket.onerror = fail;
})));
attempt('listen to events of the app', facts => within(new Promise((done, fail) => {
  const source = new EventSource(`${facts.app}/me`, { withCredentials: true });
  source.onopen = () => done('opened');
  source.onerror = fail;
})));
attempt('ask the machines\' door', async facts => (await fetch(`${facts.machine}/metrics`, { mode: 'no-cors' })) && 'sent');
attempt('ask the record store at the machines\' door', async facts => (await fetch(`${facts.machine}/xapi/about`, { mode: 'no-cors' })) && 'sent');
attempt('post a form to the app', async facts => {
  const sink = add('iframe', { name: 'sink' });
  add('form', { method: 'post', action: `${facts.app}/care`, target: 'sink' }).submit();
  await soon(400);
  return readable(sink.contentWindow) ? '' : '';
});
attempt('post a form to the app in a new window', async facts => { add('form', { method: 'post', action: `${facts.app}/care`, target: '_blank' }).submit(); await soon(300); });
attempt('post a form by a button\'s own address', async facts => {
  const form = add('form', { method: 'post', action: '', target: 'sink' });
  add('button', { formaction: `${facts.app}/care` }, form).click();
  await soon(200);
});
for (const [name, tag, attributes] of [
  ['picture', 'img', { src: '/me?img' }], ['script', 'script', { src: '/static/x.js' }], ['sheet of styles', 'link', { rel: 'stylesheet', href: '/static/x.css' }],
  ['film', 'video', { src: '/me?video', autoplay: '' }], ['preload', 'link', { rel: 'preload', as: 'fetch', href: '/me?preload', crossorigin: 'use-credentials' }],
  ['prefetch', 'link', { rel: 'prefetch', href: '/me?prefetch' }], ['manifest', 'link', { rel: 'manifest', href: '/me?manifest', crossorigin: 'use-credentials' }],
  ['object', 'object', { data: '/me?object' }], ['embed', 'embed', { src: '/me?embed' }], ['icon', 'link', { rel: 'icon', href: '/me?icon' }],
]) ask(`pull a ${name} from the app`, async facts => {
  const made = Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, value.startsWith('/') ? facts.app + value : value]));
  add(tag, made);
  await soon(100);
});
ask('pull styles and fonts from the app', async facts => {
  add('style').textContent = `@import '${facts.app}/me?import'; @font-face { font-family: x; src: url('${facts.app}/me?font'); } body { font-family: x; background: url('${facts.app}/me?css'); }`;
  await soon(200);
});
ask('ping the app by a link', async facts => { const link = add('a', { href: '#x', ping: `${facts.app}/care` }); link.click(); await soon(100); });
ask('ask the browser to fetch the app ahead', async facts => {
  add('script', { type: 'speculationrules' }).textContent = JSON.stringify({ prefetch: [{ source: 'list', urls: [`${facts.app}/me?ahead`] }] });
  await soon(200);
});
ask('import the app\'s script as a module', async facts => import(facts.script));

// ---- round the policy
for (const [name, make] of [
  ['srcdoc', code => ({ srcdoc: code })], ['data:', code => ({ src: `data:text/html,${encodeURIComponent(code)}` })],
  ['blob:', code => ({ src: URL.createObjectURL(new Blob([code], { type: 'text/html' })) })],
  ['javascript:', code => ({ src: `javascript:${JSON.stringify(code)}` })],
]) ask(`go round the policy by ${name}`, async facts => {
  const code = `<script>fetch('${facts.app}/api/session', { credentials: 'include', mode: 'no-cors' }).then(() => parent.postMessage({ round: '${name}' }, '*'))<\/script>`;
  let won = '';
  addEventListener('message', event => { if (event.data && event.data.round === name) won = name; });
  await framed(make(code), 400);
  if (won) throw Object.assign(new Error('won'), { won });
});
ask('go round the policy by a blank frame', async facts => {
  const made = await framed({}, 50);
  await made.contentWindow.fetch(`${facts.app}/api/session`, { credentials: 'include', mode: 'no-cors' });
  throw Object.assign(new Error('won'), { won: 'sent' });
});
ask('move the base to the app', async facts => {
  const base = add('base', { href: `${facts.app}/` }, document.head);
  add('script', { src: 'static/x.js' });
  add('img', { src: 'me?base' });
  await soon(150);
  base.remove();
});
ask('loosen the policy by a meta', async facts => {
  add('meta', { 'http-equiv': 'Content-Security-Policy', content: 'connect-src *' }, document.head);
  await fetch(`${facts.app}/api/session`, { mode: 'no-cors', credentials: 'include' });
  throw Object.assign(new Error('won'), { won: 'sent' });
});

// ---- showing the app inside itself
for (const [name, of] of [['the app', 'app'], ['the sign-in page', 'signIn'], ['another package\'s shell', 'otherShell']]) {
  attempt(`frame ${name}`, async facts => { const made = await framed({ src: facts[of] }, 500); return readable(made.contentWindow) && made.contentDocument.body.children.length > 0 && made.contentWindow.location.href.startsWith('http') ? 'framed' : ''; });
}

// ---- the content host itself
const got = async address => { const answer = await fetch(address); return answer.ok ? `${answer.status} ${address}` : ''; };
attempt('fetch a file of another package', facts => got(facts.otherFile));
attempt('use another launch\'s token on its own host', facts => got(`/c/${facts.otherToken}/index.html`));
attempt('use its token on another host', facts => got(facts.otherHostOwnToken));
attempt('guess tokens', async () => {
  for (const guess of ['A'.repeat(43), '0'.repeat(43), 'null', 'undefined', '%00', '..', "' or 1=1--"]) {
    const won = (await got(`/c/${guess}/index.html`)) || (await got(`/shell/${guess}`)) || (await got(`/_rt/${guess}/state`));
    if (won) return won;
  }
  return '';
});
attempt('climb out of the package', async facts => {
  const here = `/c/${facts.token}/`;
  for (const path of ['..%2f..%2fetc%2fpasswd', '%2e%2e/%2e%2e/etc/passwd', '....//....//etc/passwd', '%5c..%5c..%5cetc%5cpasswd', '/etc/passwd', '%2fetc%2fpasswd', 'sha256/', '.%00', `..%2f${facts.otherToken}%2findex.html`]) {
    const won = await got(here + path);
    if (won) return won;
  }
  return '';
});
attempt('find the app on the content host', async () => {
  for (const path of ['/', '/sign-in', '/learn', '/me', '/api/session', '/xapi/about', '/healthz', '/readyz', '/metrics', '/packages', '/audit', '/api/cmi5/courses']) {
    const won = await got(path);
    if (won) return won;
  }
  return '';
});
attempt('write to another launch\'s runtime', async facts => {
  for (const path of [`/_rt/${facts.otherToken}/commit`, `/_xapi/${facts.otherToken}/statements`, `/_xapi/${facts.otherToken}/fetch`]) {
    const answer = await fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' });
    // The door of cmi5 tokens answers 200 by its specification, and gives a token or a number of what was wrong.
    if (answer.ok && !(path.endsWith('/fetch') && (await answer.json())['error-code'])) return path;
  }
  return '';
});
attempt('use its own token at the record store', async facts => {
  const answer = await fetch(`/xapi/statements`, { headers: { Authorization: `Basic ${btoa(`${facts.token}:`)}` } });
  return answer.ok && 'opened';
});
attempt('be handed a cookie', async facts => {
  const before = document.cookie;
  await fetch(`/c/${facts.token}/index.html`, { cache: 'no-store' });
  await fetch(`/shell/${facts.token}`);
  return document.cookie !== before && document.cookie;
});

// ---- what leaks
attempt('learn the page from the referrer', facts => document.referrer.includes('/learn') && document.referrer);
attempt('learn from the window\'s name', () => name);
attempt('send its token out by the referrer', async facts => {
  const answer = await fetch('index.html', { referrerPolicy: 'unsafe-url', referrer: location.href, cache: 'no-store' });
  return answer.headers.get('x-referer');
});

// ---- what phones can do
const refused = work => async () => { const given = await within(work()); return given ? 'given' : ''; };
attempt('camera', refused(() => navigator.mediaDevices.getUserMedia({ video: true })));
attempt('microphone', refused(() => navigator.mediaDevices.getUserMedia({ audio: true })));
attempt('screen', refused(() => navigator.mediaDevices.getDisplayMedia()));
attempt('place', refused(() => new Promise((done, fail) => navigator.geolocation.getCurrentPosition(done, fail))));
attempt('notifications', async () => (await within(Notification.requestPermission())) === 'granted' && 'given');
attempt('clipboard', refused(() => navigator.clipboard.readText()));
attempt('keys of the person', refused(() => navigator.credentials.get({ publicKey: { challenge: new Uint8Array(16), rpId: 'lms.localhost', timeout: 1000 } })));
attempt('payment', refused(() => new PaymentRequest([{ supportedMethods: 'https://example.com/pay' }], { total: { label: 'x', amount: { currency: 'CNY', value: '1' } } }).show()));
attempt('USB', refused(() => navigator.usb.requestDevice({ filters: [] })));

// ---- noise and lies
attempt('flood the page with messages', async () => {
  for (let n = 0; n < 20000; n += 1) parent.parent.postMessage({ v: 1, type: 'place', place: String(n) }, '*');
  for (const lie of [{ v: 1, type: 'progress', score: 100 }, { v: 1, type: 'place', place: 'x'.repeat(1e5) }, null, 7, { v: 1, type: 'place', place: {} }]) parent.postMessage(lie, '*');
});
attempt('forge progress as the shell', async () => {
  if (!above()) return;
  parent.eval(`for (const said of [{ v: 1, type: 'done', credited_ms: 600000 }, { v: 1, type: 'place', place: '<img src=x onerror=alert(1)>' }]) parent.postMessage(said, '*')`);
  await soon(200);
});

window.run = async facts => {
  const won = {}, lost = [];
  for (const [name, work] of Object.entries(tries)) {
    if (facts.only && !facts.only.includes(name)) continue;
    try {
      const words = await within(Promise.resolve().then(() => work(facts)), 4000);
      if (words) won[name] = String(words).slice(0, 200); else lost.push(name);
    } catch (problem) { if (problem && problem.won) won[name] = String(problem.won); else lost.push(name); }
  }
  return { won, lost };
};
