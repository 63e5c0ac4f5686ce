// Calling for help: one press, then what became of the call, and another one only on purpose.
import { open } from "./dialogs.js";
import * as marks from "./marks.js";
import { flush } from "./outbox.js";
import { button, clockTime, element, nameOf, say, show, write } from "./page.js";
import * as store from "./store.js";
import * as work from "./work.js";

const LASTS_MS = 2 * 3600 * 1000;

// "none", "waiting", "sent", "taken", "closed" or "refused", with the moments that belong to it.
async function standing(walk) {
  const records = await store.recordsOf(walk.id);
  const call = records.filter((one) => one.kind === "help").sort((a, b) => a.seq - b.seq).at(-1);
  if (!call || Date.now() - Date.parse(call.body.device_at) > LASTS_MS) {
    return { state: "none" };
  }
  const told = walk.news?.call?.id === call.id ? walk.news.call : null;
  const state = told?.closed_at ? "closed" : told?.taken_at ? "taken" : call.state;
  return { state, at: call.at, taken: told?.taken_at, closed: told?.closed_at };
}

function wordsOf({ state, at, taken, closed }) {
  const words = { waiting: "helpWaiting", sent: "helpSent", taken: "helpTaken", closed: "helpClosed", refused: "helpRefused" }[state];
  const time = (moment) => (moment ? clockTime(moment) : "");
  return words ? say(words, { time: time(at), taken: time(taken), closed: time(closed) }) : "";
}

// What the control room sees: where the guard was last, and where the round leads next.
function whereOf(walk, checkpoint) {
  const scanned = walk.bundle.checkpoints.find((one) => one.code === walk.seen);
  const parts = [];
  if (scanned) {
    const name = nameOf(scanned.name);
    const time = walk.seenAt ? clockTime(walk.seenAt) : "";
    parts.push(say("helpLast", { name: time ? say("nameAt", { name, time }) : name }));
  }
  if (checkpoint) {
    parts.push(say("helpNext", { name: nameOf(checkpoint.name) }));
  }
  return parts.length ? say("helpWhere", { where: parts.join(" · ") }) : say("helpWherePlace", { name: nameOf(walk.name) });
}

// Draws the sheet and the line above the round; true while a call is open, when news is wanted sooner.
export async function showHelp(walk, checkpoint) {
  const found = await standing(walk);
  const called = ["waiting", "sent", "taken", "refused"].includes(found.state);
  const words = wordsOf(found);
  write("call-line", called ? say("helpLine", { words }) : "");
  show("call-line", called);
  element("call-line").dataset.state = found.state;
  element("help-state").dataset.state = found.state;
  show("help-fresh", !called);
  show("help-called", called);
  show("help-more", called);
  write("help-before", found.state === "closed" ? words : "");
  write("help-state", called ? words : "");
  write("help-where", whereOf(walk, checkpoint));
  element("help-phones").toggleAttribute("data-first", ["waiting", "refused"].includes(found.state));
  return called;
}

export function prepare(now, changed) {
  const sure = (asked) => {
    show("help-again", !asked);
    show("help-sure", asked);
  };
  button("open-help", () => {
    marks.ready();
    sure(false);
    open("dialog-help");
    const { phone } = now().walk;
    const link = element("help-phone");
    link.hidden = !phone;
    link.href = `tel:${phone || ""}`;
    write("help-number", phone || "");
  });
  const call = async () => {
    const { walk, checkpoint } = now();
    await work.help(walk, checkpoint?.code);
    sure(false);
    await changed();
    await flush();
    await changed();
    const found = await standing(now().walk || walk);
    // The sheet and the line above the round say it for as long as it lasts; what was just said there stays.
    marks.signal(found.state === "waiting" || found.state === "refused" ? "bad" : "good");
  };
  button("help-now", call);
  button("help-again", () => sure(true));
  button("help-yes", call);
  button("help-no", () => sure(false));
  element("call-line").addEventListener("click", () => element("open-help").click());
}
