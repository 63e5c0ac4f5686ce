// Showing what the phone knows: the start of a shift, the next leg, the counters and the list of records.
import * as clock from "./clock.js";
import * as legs from "./legs.js";
import { clockTime, element, lasting, moment, nameOf, say, show, write } from "./page.js";
import { draw } from "./sketch.js";
import * as store from "./store.js";
import * as work from "./work.js";

const MOST_COVERED = 3;
const UNHEARD_MS = 150_000;

// ---- the start ---------------------------------------------------------------------------------

export function start(context) {
  const { user, places, signedOut } = context;
  const now = clock.now();
  const usable = places.filter((place) => work.usable(place, now));
  const ready = Boolean(user) && usable.length > 0 && !signedOut;
  show("screen-none", !ready);
  show("screen-start", ready);
  show("screen-walk", false);
  show("thumb", false);
  show("level", false);
  write("place-name", document.title.split(" · ")[0]);
  write("shift-name", user ? user.name : "");
  if (!ready) {
    const loaded = places.some((place) => place.bundle);
    const none = context.unanswered && navigator.onLine ? "notLoaded" : "notSignedIn";
    write("none-why", say(!user ? none : signedOut ? "signedOut" : loaded ? "shiftOver" : "noShift"));
    show("none-sign-in", !user || signedOut);
    return;
  }
  write("start-who", user.name);
  fill("start-place", usable.map((place) => [place.code, nameOf(place.name)]));
  startPlace(usable);
}

export function startPlace(places) {
  const place = places.find((one) => one.code === element("start-place").value) || places[0];
  const { bundle } = place;
  write("start-shift", `${nameOf(bundle.shift_name)} ${clockTime(bundle.start)}–${clockTime(bundle.end)}`);
  write("start-cached", navigator.onLine ? "" : say("cached", { time: clockTime(bundle.at) }));
  fill("start-beat", bundle.beats.map((beat) => [beat.code, [nameOf(beat.name), nameOf(beat.post)].filter(Boolean).join(" · ")]));
  show("start-beat-entry", bundle.beats.length > 0);
  return place;
}

function fill(id, options) {
  const select = element(id);
  const wanted = JSON.stringify(options);
  if (select.dataset.options === wanted) {
    return;
  }
  const chosen = select.value;
  select.dataset.options = wanted;
  select.replaceChildren(...options.map(([value, label]) => new Option(label, value)));
  if (options.some(([value]) => value === chosen)) {
    select.value = chosen;
  }
}

// ---- the round ---------------------------------------------------------------------------------

// The next leg as it is shown; the caller needs its checkpoint.
export async function round(walk) {
  const { bundle } = walk;
  const now = clock.now();
  const level = work.levelOf(walk);
  const own = await work.visitsOf(walk);
  const others = work.othersOf(walk);
  const visits = [...own, ...others];
  const leg = legs.next(bundle, walk.beat, level, visits, now);
  const named = bundle.checkpoints.find((one) => one.code === leg.checkpoint) || null;
  show("screen-none", false);
  show("screen-start", false);
  show("screen-walk", true);
  show("thumb", true);
  write("place-name", nameOf(walk.name));
  const beat = bundle.beats.find((one) => one.code === walk.beat);
  write("shift-name", [nameOf(beat?.name), say("shiftEnds", { time: clockTime(bundle.end) })].filter(Boolean).join(" · "));
  showLevel(walk, level);
  showLeg(leg, named, walk, now);
  // Where nobody has to go yet there is nothing to show the way to.
  const checkpoint = leg.kind === "later" ? null : named;
  showOthers(walk, legs.scanned(bundle, level, own, now), legs.scanned(bundle, level, others, now), now);
  await showLast(walk);
  showMap(walk, checkpoint, legs.scanned(bundle, level, visits, now), await store.map(walk.map));
  showInstructions(bundle.instructions);
  element("open-missed").disabled = !checkpoint;
  return checkpoint;
}

function showLeg(leg, checkpoint, walk, now) {
  const left = element("leg-left");
  left.toggleAttribute("data-late", Boolean(leg.late));
  write("leg-kicker", say(leg.kind === "extra" ? "kickerExtra" : "kickerNext"));
  show("leg-kicker", Boolean(checkpoint) && leg.kind !== "later");
  if (!checkpoint || leg.kind === "later") {
    showRest(leg, walk);
    return;
  }
  write("leg-then", "");
  write("leg-name", nameOf(checkpoint.name));
  if (leg.kind === "free" || leg.kind === "extra") {
    write("leg-go", say(leg.kind === "free" ? "anyOrder" : "extraGo"));
  } else {
    write("leg-go", leg.at > now ? say("goAt", { time: clockTime(leg.at) }) : say("goNow"));
  }
  const words = leg.late ? say("lateBy", { time: lasting(now - leg.end) }) : say("left", { time: lasting(leg.end - now) });
  write("leg-left", `${words} · ${say("by", { time: clockTime(leg.end) })}`);
}

// Nothing to walk at the moment: until when, where to wait, and what comes then.
function showRest(leg, { bundle, beat }) {
  const then = leg.kind === "later" ? leg.start : leg.then;
  const end = clockTime(bundle.end);
  const heads = {
    done: then ? say("doneUntil", { time: clockTime(then) }) : say("allDone", { time: end }),
    later: say("nothingUntil", { time: then ? clockTime(then) : end }),
    spare: say("spareNoLegs"),
    nothing: say("nothingOwed"),
  };
  const post = nameOf(bundle.beats.find((one) => one.code === beat)?.post);
  write("leg-name", heads[leg.kind]);
  write("leg-go", post ? say("waitAt", { post }) : say("waitHere"));
  write("leg-left", "");
  write("leg-then", then ? say("thenWindow", { time: clockTime(then) }) : say("thenNothing", { time: end }));
}

// Which checkpoints of the beat another round has covered, and since when this phone cannot know.
function showOthers(walk, own, others, now) {
  const { bundle, beat, news } = walk;
  const codes = bundle.beats.find((one) => one.code === beat)?.checkpoints || [];
  const covered = [...others].filter(([code]) => !own.has(code) && (!codes.length || codes.includes(code)));
  covered.sort(([, one], [, other]) => other - one);
  const names = covered.slice(0, MOST_COVERED).map(([code, at]) => {
    const point = bundle.checkpoints.find((one) => one.code === code);
    return say("nameAt", { name: nameOf(point?.name) || code, time: clockTime(at) });
  });
  const more = covered.length - names.length;
  const list = names.join(say("comma")) + (more > 0 ? say("andMore", { n: more }) : "");
  write("others-walked", names.length ? say("covered", { list }) : "");
  const unheard = now - (news?.at || walk.started) > UNHEARD_MS;
  write("others-unknown", unheard ? say("othersUnknown", { time: clockTime(news?.at || walk.started) }) : "");
}

// The map of the beat's checkpoints, and in words what it shows and how far it is from the last scan.
function showMap(walk, checkpoint, done, drawing) {
  const { bundle, beat, seen } = walk;
  const own = bundle.beats.find((one) => one.code === beat)?.checkpoints || [];
  const shown = new Set([...own, checkpoint?.code, seen]);
  const known = bundle.checkpoints.filter((one) => !own.length || shown.has(one.code));
  const name = nameOf(checkpoint?.name);
  const svg = element("sketch");
  const names = new Map(known.map((one) => [one.code, nameOf(one.name)]));
  const { kind, way } = draw(svg, { checkpoints: known, next: checkpoint?.code, last: seen, done, names, drawing });
  const wayWords = way ? wayOf(way) : "";
  show("map", Boolean(checkpoint));
  write("map-way", wayWords);
  const words = { map: "mapWords", sketch: "mapSketch", nothing: "mapNothing" }[kind];
  write("map-words", say(words));
  write("map-credit", kind === "map" ? drawing.credit : "");
  const label = [say("mapLabel", { name }), wayWords].filter(Boolean).join(" ");
  if (svg.getAttribute("aria-label") !== label) {
    svg.setAttribute("aria-label", label);
  }
}

function wayOf({ metres, direction }) {
  const step = metres < 100 ? 5 : 10;
  const rounded = Math.round(metres / step) * step;
  return rounded ? say("wayFrom", { metres: rounded, direction: say(`to_${direction}`) }) : say("wayHere");
}

function showLevel(walk, level) {
  const chip = element("level");
  chip.hidden = false;
  chip.className = `level level-${level}`;
  chip.textContent = say(`level_${level}`);
  chip.title = say(walk.radio ? "levelRadio" : "levelAuto");
  document.querySelectorAll("[data-level]").forEach((one) => {
    one.setAttribute("aria-pressed", String(one.dataset.level === level));
  });
}

async function showLast(walk) {
  const record = walk.last ? await store.record(walk.last.id) : null;
  show("last-acts", Boolean(record));
  write("last-scan", record ? `${clockTime(record.at)} ${recordName(record, walk)} · ${stateWords(record)}` : "");
}

function showInstructions(texts) {
  const list = element("instructions");
  if (list.childElementCount !== texts.length) {
    list.replaceChildren(
      ...texts.map((text) => {
        const item = document.createElement("li");
        item.textContent = nameOf(text);
        return item;
      }),
    );
  }
}

// ---- counters and records ----------------------------------------------------------------------

export async function counters(user) {
  const counted = await store.counts(user?.id);
  write("count-waiting", String(counted.waiting));
  write("count-sent", String(counted.sent));
  write("count-refused", String(counted.refused));
  show("refused", counted.refused > 0);
  write("others", say("otherGuard", { n: counted.others }));
  show("others", counted.others > 0);
  return counted;
}

export async function latest(walk) {
  const records = await store.latest(30);
  element("latest").replaceChildren(
    ...records.map((record) => {
      const item = document.createElement("li");
      const what = document.createElement("span");
      const state = document.createElement("span");
      what.textContent = `${clockTime(record.at)} ${recordName(record, walk)}`;
      state.textContent = stateWords(record);
      item.append(what, state);
      return item;
    }),
  );
}

function recordName(record, walk) {
  const known = walk?.bundle.checkpoints.find((one) => one.code === record.checkpoint);
  const name = known ? nameOf(known.name) : record.checkpoint || say("unknownPoint");
  const elsewhere = record.kind === "end" && record.body.reason === work.CARRIED_ON;
  const kinds = { walk: "kindWalk", end: elsewhere ? "kindEndElsewhere" : "kindEnd", help: "kindHelp" };
  if (kinds[record.kind]) {
    return say(kinds[record.kind]);
  }
  return say(record.body.missed ? "kindMissed" : "kindScan", { name });
}

function stateWords(record) {
  if (record.state === "refused" && record.why) {
    return say("refusedWhy", { why: say(`why_${record.why}`) });
  }
  return say(record.state);
}

export function until(walk) {
  return moment(walk.bundle.end);
}
