// What the run-time refused a SCO goes to the server, a few lines at a time: the SCO itself seldom looks.
const MOST = 100;
const WAIT_MS = 3000;
const LINES = 20;

export class Complaints {
  constructor(address) {
    this.address = address;
    this.lines = [];
    this.count = 0;
  }

  add(words) {
    if (this.count >= MOST) return;
    this.count += 1;
    this.lines.push(String(words).slice(0, 500));
    this.timer = this.timer || setTimeout(() => this.send(), WAIT_MS);
  }

  send() {
    this.timer = 0;
    const lines = this.lines.splice(0, LINES);
    if (this.lines.length) this.timer = setTimeout(() => this.send(), WAIT_MS);
    const body = JSON.stringify({ lines });
    fetch(this.address, { method: "POST", body, headers: { "Content-Type": "application/json" } }).catch(() => {});
  }
}
