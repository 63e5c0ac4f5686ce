// The log of an incident: entries live and in order, a line to type into that never loses one, filters in the address.
import { uuidv7 } from "../../../vendor/uuidv7/uuidv7.js";
import { filled } from "../texts.js";
import { announce } from "../toasts.js";
import { Alarms } from "./alarms.js";
import { node, plain, row, words } from "./entries.js";
import { Feed } from "./feed.js";
import { Outbox } from "./outbox.js";

const SHOWN_AT_ONCE = 200;
const COMMANDS = ["/at ", "/contact ", "/todo ", "/done ", "/strike ", "/unit ", "/level "];
const given = (id) => JSON.parse(document.getElementById(id)?.textContent || "null");
const part = (name) => document.querySelector(`[data-log-${name}]`);

class Log {
  constructor() {
    this.ways = given("log-ways");
    this.entries = new Map(given("log-entries").map((entry) => [entry.seq, entry]));
    this.known = new Set([...this.entries.values()].map((entry) => entry.id));
    this.most = SHOWN_AT_ONCE;
    this.waiting = [];
    this.form = part("form");
    this.incident = location.pathname;
    if (this.form) {
      this.outbox = new Outbox(this.incident, this.ways.lines, (answer) => this.sent(answer));
      this.form.addEventListener("submit", (event) => this.submit(event));
      this.form.elements.text.addEventListener("input", () => this.offer());
      this.form.elements.text.addEventListener("keydown", (event) => this.recall(event));
    }
    this.alarms = new Alarms(part("outstanding"), this.form && ((entry) => this.type(`/done ${entry.seq}`)));
    this.filters();
    part("more").addEventListener("click", () => this.earlier());
    this.feed = new Feed(this.ways, () => this.last, (entries) => this.take(entries), () => this.status());
    this.refresh();
    this.outbox?.flush();
    this.open();
  }

  // The page gives the line locked: what was typed before this script listened would be sent nowhere.
  open() {
    for (const field of this.form?.elements || []) {
      field.disabled = false;
    }
    this.form?.elements.text.focus();
  }

  get last() {
    return Math.max(0, ...this.entries.keys());
  }

  // ---- what is written here ---------------------------------------------------------------------

  async submit(event) {
    event.preventDefault();
    const field = this.form.elements.text;
    const text = field.value.trim();
    if (!text) {
      return;
    }
    field.value = "";
    this.latest = text;
    part("help").hidden = true;
    await this.type(text, this.form.elements.lane.value);
    field.focus();
  }

  type(text, lane = "") {
    return this.outbox.add({ id: uuidv7(), text, lane, typed_at: new Date().toISOString() });
  }

  async sent(answer) {
    if (answer) {
      this.take(answer);
      answer.filter((entry) => entry.unread).forEach((entry) => announce(entry.text));
    }
    await this.refresh();
  }

  // An arrow upwards brings the last line back to be typed over.
  recall(event) {
    if (event.key === "ArrowUp" && !this.form.elements.text.value && this.latest) {
      this.form.elements.text.value = this.latest;
      event.preventDefault();
    }
  }

  offer() {
    const text = this.form.elements.text.value;
    const isCommand = text.startsWith("/") || text.startsWith("／");
    part("help").hidden = !isCommand;
    const callsigns = given("log-callsigns");
    const offers = isCommand
      ? [...COMMANDS, ...callsigns.flatMap((one) => [`/unit ${one} on-scene`, `/unit ${one} en-route`, `/contact ${one} 15`])]
      : callsigns.map((one) => `${one}: `);
    document.getElementById("log-offers").replaceChildren(
      ...offers.map((offer) => {
        const option = document.createElement("option");
        option.value = offer;
        return option;
      }),
    );
  }

  // ---- what others write ------------------------------------------------------------------------

  take(entries) {
    const fresh = entries.filter((entry) => !this.entries.has(entry.seq));
    fresh.forEach((entry) => {
      this.entries.set(entry.seq, entry);
      this.known.add(entry.id);
    });
    if (fresh.length) {
      this.soon();
    }
  }

  // Many entries within one picture of the screen are drawn together.
  soon() {
    this.drawing ??= requestAnimationFrame(() => {
      this.drawing = null;
      this.draw();
    });
  }

  async earlier() {
    this.most += SHOWN_AT_ONCE;
    const first = Math.min(...this.entries.keys());
    if (first > 1) {
      const answer = await fetch(`${this.ways.log}?after=${Math.max(0, first - SHOWN_AT_ONCE - 1)}`, { credentials: "same-origin" });
      if (answer.ok) {
        this.take((await answer.json()).entries);
      }
    }
    this.draw();
  }

  // ---- filters, kept in the address -------------------------------------------------------------

  filters() {
    const address = new URLSearchParams(location.search);
    this.search = part("search");
    this.kind = part("kind");
    this.lane = part("lane");
    [["q", this.search], ["kind", this.kind], ["lane", this.lane]].forEach(([name, field]) => {
      field.value = address.get(name) || "";
      field.addEventListener("input", () => {
        const now = new URLSearchParams(location.search);
        field.value ? now.set(name, field.value) : now.delete(name);
        history.replaceState(null, "", `${location.pathname}${now.size ? `?${now}` : ""}`);
        this.draw();
      });
    });
  }

  passes(entry) {
    const wanted = this.search.value.trim().toLowerCase();
    return (
      (!this.kind.value || entry.kind === this.kind.value) &&
      (!this.lane.value || entry.lane === this.lane.value) &&
      (!wanted || plain(entry).includes(wanted) || `#${entry.seq}` === wanted)
    );
  }

  // ---- drawing ----------------------------------------------------------------------------------

  async refresh() {
    const waiting = this.outbox ? await this.outbox.waiting() : [];
    this.waiting = waiting.filter((line) => !this.known.has(line.id));
    this.draw();
    this.status();
  }

  draw() {
    const all = [...this.entries.values()].sort((one, other) => other.seq - one.seq);
    const struck = new Map(all.filter((one) => one.kind === "strike").map((one) => [one.about, one]));
    const settled = new Map(all.filter((one) => one.kind === "done").map((one) => [one.about, one]));
    const passing = all.filter((entry) => this.passes(entry));
    const rows = passing
      .slice(0, this.most)
      .map((entry) => row(entry, { struck: struck.get(entry.seq), settled: settled.get(entry.seq) }));
    const waiting = this.waiting
      .filter((line) => !this.known.has(line.id))
      .reverse()
      .map((line) => row({ ...line, kind: "note", waiting: true }));
    const place = part("entries");
    place.replaceChildren(...waiting, ...rows);
    if (!waiting.length && !rows.length) {
      place.append(node("li", "entry-none", place.dataset.empty));
    }
    part("more").hidden = passing.length <= this.most && Math.min(...this.entries.keys(), 1) <= 1 && this.first <= 1;
    this.alarms.take(this.entries);
  }

  get first() {
    return this.entries.size ? Math.min(...this.entries.keys()) : 1;
  }

  status() {
    const state = part("state");
    const lost = this.feed?.state === "lost";
    state.textContent = lost ? state.dataset.lost : state.dataset[this.feed?.state] || "";
    state.classList.toggle("is-lost", lost);
    const banner = part("banner");
    const refused = this.outbox?.refused;
    banner.hidden = !lost && !refused && !this.waiting.some((line) => Date.now() - new Date(line.typed_at) > 4000);
    const count = this.waiting.length ? `${words.waiting}${filled(": {n}", { n: this.waiting.length })}` : "";
    part("waiting").textContent = refused ? `${words.refused}: ${refused} ${count}` : count;
  }
}

new Log();
