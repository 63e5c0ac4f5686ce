// What a guard does on the page, each as one step that is on the phone's disk before anything is shown.
import { uuidv7 } from "../../../vendor/uuidv7/uuidv7.js";
import * as clock from "./clock.js";
import { recognised } from "./codes.js";
import { flush } from "./outbox.js";
import { addresses, moment } from "./page.js";
import * as store from "./store.js";

const POSITION_PATIENCE_MS = 8000;
export const CARRIED_ON = "carried-on";
const AFTER_SHIFT_MS = 30 * 60 * 1000;

// ---- what was loaded ---------------------------------------------------------------------------

// "loaded", "signed-out" or "offline".
export async function load() {
  let response;
  const asked = Date.now();
  try {
    const have = await store.maps();
    response = await fetch(`${addresses.shift}?have=${have.join(",")}`, { cache: "no-store", redirect: "manual", headers: { Accept: "application/json" } });
  } catch {
    return "offline";
  }
  if (response.type === "opaqueredirect" || response.status === 401 || response.status === 403) {
    await store.keep("signed-out", true);
    return "signed-out";
  }
  if (!response.ok) {
    return "offline";
  }
  const loaded = await response.json();
  await clock.learn(loaded.server_time, asked, Date.now());
  await store.keep("user", loaded.user);
  const places = loaded.places.map(({ map, ...place }) => ({ ...place, map: map?.stamp || null }));
  await store.keepMaps(loaded.places.map((place) => place.map).filter(Boolean));
  await store.keep(`places:${loaded.user.id}`, places);
  await store.keep("signed-out", false);
  await enrol(loaded);
  return "loaded";
}

async function enrol(loaded) {
  const key = `device:${loaded.user.id}`;
  const refused = await store.setting(`refused:${loaded.user.id}`);
  if ((await store.setting(key)) && !refused) {
    return;
  }
  const response = await fetch(addresses.device, { method: "POST", headers: { "X-CSRFToken": loaded.csrf } });
  if (response.ok) {
    await store.keep(key, await response.json());
    await store.keep(`refused:${loaded.user.id}`, false);
  }
}

export async function context() {
  const user = (await store.setting("user")) || null;
  const places = user ? (await store.setting(`places:${user.id}`)) || [] : [];
  const signedOut = Boolean(await store.setting("signed-out"));
  const walk = user ? await store.openWalk(user.id) : null;
  return { user, places, signedOut, walk };
}

export function usable(place, now) {
  return Boolean(place.bundle) && now < moment(place.bundle.end) + AFTER_SHIFT_MS;
}

// ---- the round ---------------------------------------------------------------------------------

// `other` is a round of the same guard elsewhere that this one goes on from: it ends with the same step, and its last
// scan stands for where the guard was.
export async function begin(user, place, beat, other = null) {
  const id = uuidv7();
  clock.begin(id);
  const { bundle } = place;
  const plan = bundle.levels.find((one) => one.level === bundle.level)?.plan || null;
  const body = { kind: "walk", id, place: place.code, beat, plan, ...clock.stamp(id) };
  const walk = {
    id, user: user.id, place: place.code, beat, bundle, phone: place.phone, name: place.name, number: 0, map: place.map,
    started: clock.now(), radio: null, level: bundle.level, ended: null, seen: other?.last?.checkpoint || null,
    seenAt: other?.last ? moment(other.last.at) : null, last: null,
    news: place.served ? { at: moment(bundle.at), served: place.served } : null,
  };
  const records = [entry(walk, "walk", id, body)];
  return store.beginWalk(walk, other ? [...records, endOf(walk, other)] : records);
}

function endOf(walk, other) {
  const id = uuidv7();
  const body = { kind: "end", id, walk: other.id, reason: CARRIED_ON, ...clock.stamp(walk.id) };
  return { ...entry(walk, "end", id, body), walk: other.id };
}

export async function endElsewhere(walk, other) {
  await store.addRecord(endOf(walk, other));
}

// A shift loaded again takes the place of the one the round began with, if it is the same shift.
export async function renew(walk, places) {
  const place = places.find((one) => one.code === walk.place);
  const fresh = place?.bundle;
  if (!fresh || fresh.shift_id !== walk.bundle.shift_id || fresh.on !== walk.bundle.on) {
    return walk;
  }
  const radio = walk.radio && walk.radio.at > moment(fresh.at) ? walk.radio : null;
  return store.changeWalk(walk.id, (one) => ({ ...one, bundle: fresh, map: place.map, level: fresh.level, radio }));
}

export function levelOf(walk) {
  return walk.radio ? walk.radio.level : walk.level;
}

export async function toldByRadio(walk, level) {
  const radio = level ? { level, at: clock.now() } : null;
  return store.changeWalk(walk.id, (one) => ({ ...one, radio }));
}

export async function toldByServer(walk, level) {
  return store.changeWalk(walk.id, (one) => ({ ...one, level, radio: null }));
}

// ---- visits ------------------------------------------------------------------------------------

export async function visitsOf(walk) {
  const records = await store.recordsOf(walk.id);
  return records
    .filter((record) => record.kind === "visit" && record.checkpoint && !record.void)
    .map((record) => ({ checkpoint: record.checkpoint, at: record.at, missed: Boolean(record.body.missed) }));
}

// What other rounds scanned, as the server last told it; without network the phone cannot know of more.
export function othersOf(walk) {
  return (walk.news?.served || []).map((one) => ({ checkpoint: one.checkpoint, at: moment(one.at), missed: false }));
}

export async function keepNews(walk, told) {
  const news = { at: clock.now(), served: told.served || [], call: told.call || null };
  return store.changeWalk(walk.id, (one) => ({ ...one, news }));
}

// Keeps a scan at once; where the place asks for it, the position follows within a few seconds.
export async function scan(walk, content, way) {
  const found = await recognised(content, way, walk.bundle.checkpoints);
  const asks = walk.bundle.asks_position && "geolocation" in navigator;
  const record = await store.addVisit(walk.id, (number) => {
    const id = uuidv7();
    const body = { kind: "visit", id, walk: walk.id, number, way, code: content.slice(0, 500), ...clock.stamp(walk.id) };
    return {
      ...entry(walk, "visit", id, body),
      checkpoint: found?.checkpoint.code || null,
      void: Boolean(found?.void),
      hold: asks ? Date.now() + POSITION_PATIENCE_MS + 1000 : 0,
    };
  });
  if (asks) {
    locate(record.id);
  }
  return { record, found };
}

function locate(id) {
  const release = async (position) => {
    await store.changeRecord(id, (record) =>
      record.state === "waiting" ? { ...record, hold: 0, body: { ...record.body, position } } : record,
    );
    flush();
  };
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => release({ longitude: coords.longitude, latitude: coords.latitude, accuracy_m: coords.accuracy }),
    () => release(null),
    { enableHighAccuracy: true, timeout: POSITION_PATIENCE_MS, maximumAge: 0 },
  );
}

export async function miss(walk, checkpoint, reason) {
  return store.addVisit(walk.id, (number) => {
    const id = uuidv7();
    const body = { kind: "visit", id, walk: walk.id, number, way: "", missed: checkpoint, reason, ...clock.stamp(walk.id) };
    return { ...entry(walk, "visit", id, body), checkpoint };
  });
}

// A note goes with its scan; when that has been sent, it is sent once more with the note.
export async function note(id, text) {
  await store.changeRecord(id, (record) => ({
    ...record,
    state: record.state === "sent" ? "waiting" : record.state,
    body: { ...record.body, note: text.slice(0, 500) },
  }));
}

// ---- help and the end --------------------------------------------------------------------------

export async function help(walk, checkpoint) {
  const id = uuidv7();
  const body = {
    kind: "help", id, place: walk.place, walk: walk.id, checkpoint: checkpoint || "", seen: walk.seen || "",
    seen_at: walk.seenAt ? new Date(walk.seenAt).toISOString() : null, ...clock.stamp(walk.id),
  };
  const record = entry(walk, "help", id, body);
  await store.addRecord(record);
  return record;
}

export async function end(walk, reason) {
  const id = uuidv7();
  const body = { kind: "end", id, walk: walk.id, reason, ...clock.stamp(walk.id) };
  return store.changeWalk(walk.id, (one) => ({ ...one, ended: clock.now() }), entry(walk, "end", id, body));
}

function entry(walk, kind, id, body) {
  return { id, kind, walk: walk.id, user: walk.user, at: clock.now(), body, state: "waiting", why: "", tries: 0 };
}
