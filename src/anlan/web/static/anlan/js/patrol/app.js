// The guard's page begins here: load what there is, show it, send what waits, and follow the clock.
import * as camera from "./camera.js";
import * as clock from "./clock.js";
import * as dialogs from "./dialogs.js";
import * as elsewhere from "./elsewhere.js";
import * as ending from "./ending.js";
import * as helping from "./helping.js";
import * as marks from "./marks.js";
import { flush, listen } from "./outbox.js";
import { addresses, button, element, say, show, write } from "./page.js";
import * as rescue from "./rescue.js";
import * as screens from "./screens.js";
import * as store from "./store.js";
import * as work from "./work.js";

const TICK_MS = 1000;
const SEND_EVERY_MS = 30_000;
const ASK_EVERY_MS = 60_000;
const ASK_WHILE_CALLED_MS = 10_000;
const LOAD_EVERY_MS = 600_000;

let known = { user: null, places: [], signedOut: false, walk: null };
let checkpoint = null;
let called = false;
let installing = null;

let unanswered = false;
let latest = null;

// The round that is on, or the one that was on until just now: what a dialog still holds belongs to it.
const now = () => ({ walk: known.walk || latest, checkpoint });

async function changed() {
  known = { ...(await work.context()), unanswered };
  latest = known.walk || latest;
  await screens.counters(known.user);
  const undecided = await elsewhere.showElsewhere(known);
  if (known.walk) {
    checkpoint = await screens.round(known.walk);
    called = await helping.showHelp(known.walk, checkpoint);
  } else {
    checkpoint = null;
    called = false;
    show("call-line", false);
    screens.start(known);
    if (undecided) {
      show("screen-start", false);
    }
  }
  if (element("dialog-more").open) {
    await screens.latest(known.walk);
  }
}

// Several wishes to draw anew at once become one.
let drawing = null;
let stale = false;
function redraw() {
  stale = true;
  drawing ??= (async () => {
    while (stale) {
      stale = false;
      await changed();
    }
  })().finally(() => {
    drawing = null;
  });
  return drawing;
}

async function send(loud = false) {
  if (loud) {
    marks.tell(say("sending"), "good", "sending");
  }
  const outcome = await flush();
  const reached = navigator.onLine ? outcome : "offline";
  const words = { ok: "", offline: "noNetwork", busy: "serverBusy", token: "tokenRefused" }[reached];
  write("network", words ? say(words) : "");
  show("network", Boolean(words));
  if (loud) {
    const { waiting } = await store.counts();
    marks.tell(words ? say(words) : say(waiting ? "waiting" : "sentAll"), words || waiting ? "odd" : "good", "sending");
  }
}

// What is new on the round: the level, what others walked, what became of a call.
function ask() {
  return known.walk && navigator.onLine ? listen(known.walk.user) : null;
}

// After a while without network or out of sight.
async function catchUp() {
  await reload();
  await send();
  await ask();
}

async function reload() {
  const outcome = await work.load();
  unanswered = outcome === "offline";
  if (outcome === "loaded") {
    const { walk, places } = await work.context();
    if (walk) {
      const before = work.levelOf(walk);
      const renewed = await work.renew(walk, places);
      tellLevel(before, work.levelOf(renewed));
    }
  }
  await redraw();
}

// Each answer names the level in force and when the plan last changed; the plan of each level is here already.
async function heard(places) {
  const { walk } = known;
  const told = walk && places?.[walk.place];
  if (!told) {
    return;
  }
  if (await elsewhere.heardOfEnd(walk, told.round)) {
    await reload();
    return;
  }
  await work.keepNews(walk, told);
  if (told.level !== walk.level || walk.radio) {
    const before = work.levelOf(walk);
    await work.toldByServer(walk, told.level);
    tellLevel(before, told.level);
    await redraw();
    reload();
  } else if (told.changed && Date.parse(told.changed) > Date.parse(walk.bundle.at)) {
    reload();
  } else {
    redraw();
  }
}

function tellLevel(before, level) {
  if (before !== level) {
    marks.tell(say("levelChanged", { level: say(`level_${level}`) }), "odd", "level");
  }
}

function usablePlaces() {
  return known.places.filter((place) => work.usable(place, clock.now()));
}

function startShift() {
  return beginRound(screens.startPlace(usablePlaces()), element("start-beat").value || "");
}

async function beginRound(place, beat, other = null) {
  marks.ready();
  await work.begin(known.user, place, beat, other);
  navigator.storage?.persist?.();
  camera.prepare().catch(() => {});
  await redraw();
  element("leg-name").focus();
  send();
}

async function openMore() {
  dialogs.open("dialog-more");
  const persisted = await navigator.storage?.persisted?.().catch(() => false);
  write("persisted", say(persisted ? "persisted" : "notPersisted"));
  await screens.latest(known.walk);
}

function switchTheme() {
  const root = document.documentElement;
  root.dataset.themeChoice = root.dataset.bsTheme === "dark" ? "light" : "dark";
  localStorage.setItem("patrol-theme", root.dataset.themeChoice);
  window.anlanSettleTheme();
}

async function speak(language) {
  const settings = await caches.open("patrol-settings");
  await settings.put("/patrol/language", new Response(language));
}

function attend() {
  button("start", startShift);
  element("start-place").addEventListener("change", () => screens.startPlace(usablePlaces()));
  button("send-now", () => send(true));
  button("open-more", openMore);
  button("night", switchTheme);
  button("save", ending.save);
  button("install", () => installing?.prompt());
  button("switch-language", async () => {
    await speak(element("switch-language").dataset.language);
    location.reload();
  });
  element("take").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    event.target.value = "";
    const taken = file ? await rescue.take(file) : null;
    marks.tell(taken === null ? say("importFailed") : say("imported", { n: taken }), taken === null ? "bad" : "good");
    send();
  });
  dialogs.prepare(now, redraw);
  helping.prepare(now, redraw);
  ending.prepare(now, redraw);
  elsewhere.prepare(now, beginRound, redraw);
  window.addEventListener("patrol:changed", redraw);
  window.addEventListener("patrol:heard", (event) => heard(event.detail));
  window.addEventListener("online", catchUp);
  window.addEventListener("offline", () => send());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") {
      catchUp();
    } else {
      flush();
    }
  });
  window.addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    installing = event;
    show("install", true);
  });
}

async function begin() {
  const chosen = localStorage.getItem("patrol-theme");
  if (chosen) {
    document.documentElement.dataset.themeChoice = chosen;
    window.anlanSettleTheme();
  }
  attend();
  await clock.prepare();
  await redraw();
  if ("serviceWorker" in navigator) {
    const first = !navigator.serviceWorker.controller;
    navigator.serviceWorker.register(addresses.worker, { scope: "/patrol/" }).catch(() => {});
    if (first) {
      await speak(document.documentElement.lang === "en" ? "en" : "zh-hans");
    }
  }
  await reload();
  await send();
  await store.clearOld(Date.now());
  document.body.dataset.ready = "yes";
  setInterval(redraw, TICK_MS);
  setInterval(send, SEND_EVERY_MS);
  setInterval(() => unanswered && !known.user && reload(), SEND_EVERY_MS);
  setInterval(ask, ASK_EVERY_MS);
  setInterval(() => called && ask(), ASK_WHILE_CALLED_MS);
  setInterval(() => document.visibilityState === "visible" && reload(), LOAD_EVERY_MS);
}

begin();
