// A round of the same guard that goes on elsewhere: on another phone, in another browser, or begun by scanning a label
// without this page. The guard decides what becomes of it; nothing that it scanned or still holds is lost.
import * as clock from "./clock.js";
import * as marks from "./marks.js";
import { flush } from "./outbox.js";
import { button, clockTime, element, moment, nameOf, say, show, write } from "./page.js";
import * as store from "./store.js";
import * as work from "./work.js";

// Which of them the guard has decided to leave running.
const LEFT = "patrol-left-running";
const MOST_LEFT = 5;
const left = new Set(JSON.parse(localStorage.getItem(LEFT) || "[]"));
let found = null;

// The first that this phone neither walks nor has ended, at a place whose shift can be walked.
async function other({ user, places, signedOut }, now) {
  for (const place of user && !signedOut ? places.filter((one) => work.usable(one, now)) : []) {
    for (const one of place.running || []) {
      const ended = (await store.recordsOf(one.id)).some((record) => record.kind === "end");
      if (!ended && !left.has(one.id) && !(await store.walk(one.id))) {
        return { ...one, place };
      }
    }
  }
  return null;
}

function wordsOf({ started_at, by_page, place, beat, last }) {
  const { bundle } = place;
  const point = bundle.checkpoints.find((one) => one.code === last?.checkpoint);
  const parts = [
    nameOf(place.name),
    nameOf(bundle.beats.find((one) => one.code === beat)?.name),
    point
      ? say("helpLast", { name: say("nameAt", { name: nameOf(point.name), time: clockTime(last.at) }) })
      : say("elsewhereNoScan"),
  ];
  return {
    words: say(by_page ? "elsewhere" : "elsewhereScanned", { time: clockTime(started_at) }),
    where: parts.filter(Boolean).join(" · "),
  };
}

// Draws the notice; true while there is something to decide before a round is begun here.
export async function showElsewhere(known) {
  found = await other(known, clock.now());
  const walking = Boolean(known.walk);
  show("elsewhere", Boolean(found));
  element("elsewhere-acts").toggleAttribute("data-walking", walking);
  show("carry-on", !walking);
  show("elsewhere-how", !walking);
  show("end-there", walking);
  write("leave-it", say(walking ? "elsewhereKeep" : "elsewhereBeside"));
  if (found) {
    const { words, where } = wordsOf(found);
    write("elsewhere-words", words);
    write("elsewhere-where", where);
  }
  return Boolean(found) && !walking;
}

// `begin(place, beat, other)` begins a round here that goes on from the other one.
export function prepare(now, begin, changed) {
  button("carry-on", async () => {
    if (found) {
      const { place, ...one } = found;
      const beat = place.bundle.beats.some((known) => known.code === one.beat) ? one.beat : element("start-beat").value;
      await begin(place, beat, one);
    }
  });
  button("end-there", async () => {
    const { walk } = now();
    if (found && walk) {
      await work.endElsewhere(walk, found);
      marks.tell(say("elsewhereEnded", { time: clockTime(found.started_at) }));
      await changed();
      flush();
    }
  });
  button("leave-it", () => {
    if (found) {
      left.add(found.id);
      localStorage.setItem(LEFT, JSON.stringify([...left].slice(-MOST_LEFT)));
      changed();
    }
  });
}

// The server says that the round of this phone was ended on another one, or by the place: it ends here too.
export async function heardOfEnd(walk, round) {
  if (round?.id !== walk.id || !round.ended_at) {
    return false;
  }
  await store.changeWalk(walk.id, (one) => ({ ...one, ended: one.ended || moment(round.ended_at) }));
  marks.tell(say(round.carried_on ? "endedElsewhere" : "endedByPlace", { time: clockTime(round.ended_at) }), "odd", "elsewhere");
  return true;
}
