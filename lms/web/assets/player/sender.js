// Brings beats to the server: all that wait for one session in one request, in order, one request at a time.
const MOST = 1000;

export class Sender {
  constructor(queue, csrf, hears) {
    Object.assign(this, { queue, csrf, hears, busy: false, again: null });
  }

  // Resolves when nothing more can be sent for now.
  async flush(keepalive = false) {
    // A page that is going away cannot wait for its turn; the server knows a beat that comes twice.
    if (keepalive && this.busy) { await this.send(this.first(), true); return; }
    if (this.busy) { this.more = true; return; }
    this.busy = true;
    clearTimeout(this.again);
    try {
      do {
        this.more = false;
        const batch = this.first();
        if (!batch.length || !await this.send(batch, keepalive)) break;
        this.more = this.more || this.queue.all().length > 0;
      } while (this.more);
    } finally { this.busy = false; }
  }

  // What waits for the session that waits longest.
  first() {
    const waiting = this.queue.all();
    return waiting.filter(item => item.address === waiting[0].address).slice(0, MOST);
  }

  async send(batch, keepalive) {
    let response;
    try {
      response = await post(batch[0].address, { beats: batch.map(item => item.beat) }, this.csrf, keepalive);
    } catch { return this.later('offline', batch); }
    if (response.ok) {
      const answer = await response.json();
      await this.queue.remove(batch.map(item => item.id));
      this.hears.answered(answer, batch);
      return true;
    }
    if (response.status === 401 || response.status === 400) return this.later('signedOut', batch);
    if (response.status >= 500 || response.status === 429) return this.later('offline', batch);
    // 404, 409, 413, 422: the server will never take these; whoever sees it can go on
    await this.queue.remove(batch.map(item => item.id));
    this.hears.refused((await response.json().catch(() => ({}))).message || '', batch);
    return true;
  }

  later(why, batch) {
    this.hears[why](batch);
    clearTimeout(this.again);
    this.again = setTimeout(() => this.flush(), why === 'offline' ? 5000 : 30000);
    return false;
  }
}

// A line that is dead but not closed answers nothing for minutes: after 15 seconds it is as good as cut.
export const post = (address, body, csrf, keepalive = false) => {
  const patience = new AbortController();
  setTimeout(() => patience.abort(), 15000);
  return fetch(address, {
    method: 'POST',
    credentials: 'same-origin',
    keepalive,
    signal: patience.signal,
    headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'X-CSRFToken': csrf },
    body: JSON.stringify(body),
  });
};
