// Lines that the server has not answered for, in the order in which they were typed. They live in IndexedDB and leave
// it only when an answer names them, so that a reload, a restart or a cut loses none and doubles none.
const NAME = "anlan-incident-log";
const MOST = 100;
let opened = null;

function database() {
  opened ??= window.idb.openDB(NAME, 1, {
    upgrade(db) {
      const lines = db.createObjectStore("lines", { keyPath: "order", autoIncrement: true });
      lines.createIndex("incident", "incident");
    },
  });
  return opened;
}

export class Outbox {
  constructor(incident, address, changed) {
    this.incident = incident;
    this.address = address;
    this.changed = changed;
    this.sending = null;
    this.wait = 1000;
    this.refused = "";
    window.addEventListener("online", () => this.flush());
  }

  async waiting() {
    return (await database()).getAllFromIndex("lines", "incident", this.incident);
  }

  async add(line) {
    const db = await database();
    const transaction = db.transaction("lines", "readwrite", { durability: "strict" });
    await transaction.store.add({ ...line, incident: this.incident });
    await transaction.done;
    this.changed();
    this.flush();
  }

  // One sender at a time, over all windows of this browser.
  flush() {
    this.sending ??= this.alone(() => this.drain()).finally(() => {
      this.sending = null;
    });
    return this.sending;
  }

  alone(work) {
    return navigator.locks ? navigator.locks.request(`${NAME}-${this.incident}`, work) : work();
  }

  async drain() {
    for (let lines = await this.waiting(); lines.length; lines = await this.waiting()) {
      const answer = await this.send(lines.slice(0, MOST));
      if (!answer) {
        this.later();
        return;
      }
      this.wait = 1000;
      const known = new Set(answer.map((entry) => entry.id));
      const db = await database();
      const transaction = db.transaction("lines", "readwrite");
      lines.filter((line) => known.has(line.id)).forEach((line) => transaction.store.delete(line.order));
      await transaction.done;
      this.changed(answer);
      if (!known.size) {
        return;
      }
    }
  }

  async send(lines) {
    const body = JSON.stringify({ lines: lines.map(({ id, text, typed_at, lane }) => ({ id, text, typed_at, lane })) });
    const headers = { "Content-Type": "application/json", "X-CSRFToken": document.querySelector("meta[name=csrf-token]").content };
    try {
      const answer = await fetch(this.address, { method: "POST", headers, body, credentials: "same-origin", signal: AbortSignal.timeout(20000) });
      if (answer.ok) {
        this.refused = "";
        return (await answer.json()).entries;
      }
      const said = answer.headers.get("Content-Type")?.includes("json") ? (await answer.json()).detail : "";
      this.refused = answer.status < 500 ? said || String(answer.status) : "";
    } catch {
      // The banner says it; the lines wait.
    }
    this.changed();
    return null;
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), this.wait);
    this.wait = Math.min(this.wait * 2, 10000);
  }
}
