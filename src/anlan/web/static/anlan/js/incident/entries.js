// Entries as they are drawn: one row for each, made of text nodes only, so that nothing typed is ever taken for markup.
import { filled, language } from "../texts.js";

const given = (id) => JSON.parse(document.getElementById(id)?.textContent || "null");
export const words = given("log-words");

const clock = new Intl.DateTimeFormat(language(), { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZone: words.zone });
const day = new Intl.DateTimeFormat(language(), { month: "short", day: "numeric", timeZone: words.zone });
const LATER_MS = 60000;

export const time = (text) => clock.format(new Date(text));

export function node(name, className, text) {
  const made = document.createElement(name);
  if (className) {
    made.className = className;
  }
  if (text !== undefined) {
    made.textContent = text;
  }
  return made;
}

function state(name) {
  return words.states[name] || name;
}

function inLanguage(text) {
  return text ? text[language() === "en" ? "en" : "zh"] : "";
}

// What an entry says beside its own text.
export function said(entry) {
  const data = entry.data || {};
  const values = { from: entry.from, to: entry.to, due: entry.due ? time(entry.due) : "", about: entry.about };
  switch (entry.kind) {
    case "unit":
      return filled(words.said[data.people === undefined ? "unit" : "unit-new"], { ...values, people: data.people, state: state(data.state[1]) });
    case "roll-call":
      return filled(words.said["roll-call"], { ...values, ...data });
    case "contact":
      return filled(words.said.contact, values);
    case "level":
      return filled(words.said.level, { old: words.levels[data.level[0]], new: words.levels[data.level[1]] });
    case "command":
      return filled(words.said[`command-${data.step}`], values);
    case "assignment":
    case "measure":
    case "mark":
      return filled(words.said[data.step] || "", { ...values, ...data });
    case "plan":
      return inLanguage(data.title);
    case "step":
      return filled(words.said[data.late ? "step-late" : "step"], { number: data.number, role: inLanguage(data.title), do: inLanguage(data.do) });
    case "strike":
      return filled(words.said.strike, values);
    case "done":
      return filled(words.said.settles, values);
    default:
      return "";
  }
}

export function plain(entry) {
  return [entry.text, said(entry), entry.from, entry.to, entry.by, entry.reason].filter(Boolean).join(" ").toLowerCase();
}

// `struck` and `settled` are the entries that strike or settle this one.
export function row(entry, { struck, settled } = {}) {
  const item = node("li", `entry entry-${entry.kind}${struck ? " is-struck" : ""}${entry.waiting ? " is-waiting" : ""}`);
  item.dataset.seq = entry.seq || "";
  item.append(node("span", "entry-seq", entry.seq ? `#${entry.seq}` : "…"));
  const when = node("time", "entry-time", time(entry.recorded || entry.typed_at));
  when.title = day.format(new Date(entry.recorded || entry.typed_at));
  item.append(when);
  const body = node("div", "entry-body");
  const head = node("p", "entry-words");
  const kind = (words.kinds[entry.kind] || [""])[0];
  if (kind) {
    head.append(node("span", "entry-kind", kind));
  }
  if (entry.lane) {
    head.append(node("span", "entry-lane", words.lanes[entry.lane]));
  }
  if (["note", "todo"].includes(entry.kind) && entry.from) {
    head.append(node("span", "callsign", entry.to ? `${entry.from} → ${entry.to}` : entry.from));
  }
  const told = said(entry);
  if (told) {
    head.append(node("span", "entry-said", told));
  }
  if (entry.text) {
    head.append(node(struck ? "s" : "span", "entry-text", entry.text));
  }
  body.append(head);
  body.append(...asides(entry, struck, settled));
  item.append(body);
  return item;
}

function asides(entry, struck, settled) {
  const parts = [];
  const happened = new Date(entry.happened || entry.typed_at);
  const recorded = new Date(entry.recorded || entry.typed_at);
  if (recorded - happened > LATER_MS) {
    parts.push(filled(words.said.earlier, { at: clock.format(happened) }));
  }
  if (entry.data?.reason) {
    parts.push(entry.data.reason);
  }
  if (struck) {
    parts.push(`${filled(words.said.struck, { seq: struck.seq })} ${struck.text || ""}`);
  }
  if (settled) {
    parts.push(`✓ #${settled.seq}`);
  }
  if (entry.waiting) {
    parts.push(words.waiting);
  }
  if (entry.by) {
    parts.push(entry.by);
  }
  const made = parts.length ? [node("p", "entry-aside", parts.join(" · "))] : [];
  if (entry.unread) {
    const why = node("p", "entry-unread");
    why.append(node("strong", "", words.said.unread), ` ${entry.unread[language() === "en" ? "en" : "zh"]}`);
    made.push(why);
  }
  return made;
}
