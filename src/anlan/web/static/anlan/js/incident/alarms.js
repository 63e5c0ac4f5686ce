// What is outstanding: contacts expected and things to be done, with a chime when one becomes overdue. A contact is made
// as soon as the callsign says anything.
import { ready, ring } from "./chime.js";
import { node, said, time, words } from "./entries.js";

export class Alarms {
  constructor(place, settle) {
    this.place = place;
    this.settle = settle;
    this.rung = new Set();
    document.addEventListener("pointerdown", ready, { once: true });
    document.addEventListener("keydown", ready, { once: true });
    setInterval(() => this.draw(), 1000);
  }

  take(entries) {
    this.entries = entries;
    this.draw();
  }

  get open() {
    const all = [...(this.entries?.values() || [])];
    const settled = new Set(all.filter((one) => ["done", "strike"].includes(one.kind)).map((one) => one.about));
    return all.filter((one) => ["contact", "todo"].includes(one.kind) && !settled.has(one.seq) && !this.answered(one, all));
  }

  answered(entry, all) {
    return entry.kind === "contact" && all.some((one) => one.seq > entry.seq && one.from === entry.from && one.kind !== "contact");
  }

  draw() {
    const open = this.open.sort((one, other) => (one.due || "9").localeCompare(other.due || "9"));
    const now = Date.now();
    const shown = open.map((entry) => `${entry.seq}${entry.due && new Date(entry.due) <= now ? "!" : ""}`).join();
    for (const entry of open) {
      if (entry.due && new Date(entry.due) <= now && !this.rung.has(entry.seq)) {
        this.rung.add(entry.seq);
        ring();
      }
    }
    if (shown === this.shown) {
      return;
    }
    this.shown = shown;
    this.place.hidden = open.length === 0;
    this.place.replaceChildren(...open.map((entry) => this.line(entry, now)));
  }

  line(entry, now) {
    const late = entry.due && new Date(entry.due) <= now;
    const line = node("p", `outstanding${late ? " is-late" : ""}`);
    line.append(node("span", "entry-seq", `#${entry.seq}`), node("span", "", entry.text || said(entry)));
    if (entry.due) {
      line.append(node("span", "outstanding-due", late ? `${time(entry.due)} ${words.overdue}` : time(entry.due)));
    }
    if (this.settle) {
      const button = node("button", "btn btn-sm", words.settle);
      button.type = "button";
      button.addEventListener("click", () => this.settle(entry));
      line.append(button);
    }
    return line;
  }
}
