// Beats that the server has not acknowledged, kept on the phone in order. IndexedDB where there is one, else memory:
// a help, not the truth (WeChat may clear it); the truth is with the server.
const STORE = 'beats';

const asked = request => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

const open = () => new Promise(resolve => {
  try {
    const request = indexedDB.open('yanxue', 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'id' });
    request.onsuccess = () => resolve(request.result);
    request.onerror = request.onblocked = () => resolve(null);
  } catch { resolve(null); }
});

export class Queue {
  constructor(owner) {
    this.owner = owner;
    this.memory = new Map();
    this.ready = open().then(base => { this.base = base; });
  }

  async put(item) {
    this.memory.set(item.id, item);
    await this.write(store => store.put({ ...item, owner: this.owner }));
  }

  async remove(ids) {
    ids.forEach(id => this.memory.delete(id));
    await this.write(store => ids.forEach(id => store.delete(id)));
  }

  // What earlier pages of this person left behind, by session and in order.
  async earlier() {
    await this.ready;
    if (!this.base) return [];
    try {
      const kept = await asked(this.base.transaction(STORE).objectStore(STORE).getAll());
      kept.filter(item => item.owner === this.owner).forEach(item => this.memory.set(item.id, item));
    } catch { /* the phone would not say: what is in memory is all we have */ }
    return this.all();
  }

  all() {
    return [...this.memory.values()].sort((a, b) => a.made - b.made || a.beat.seq - b.beat.seq);
  }

  async write(work) {
    await this.ready;
    if (!this.base) return;
    try {
      const change = this.base.transaction(STORE, 'readwrite');
      work(change.objectStore(STORE));
      await new Promise(resolve => { change.oncomplete = change.onerror = change.onabort = resolve; });
    } catch { /* storage is full or gone: memory still has it */ }
  }
}
