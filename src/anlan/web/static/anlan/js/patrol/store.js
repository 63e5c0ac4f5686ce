// What the phone keeps, in IndexedDB: settings, shifts, rounds, records and photos. Records are never deleted before
// the server has them; those that it has are cleared after two weeks.
const NAME = "anlan-patrol";
const KEPT_DAYS = 14;
const changes = "BroadcastChannel" in window ? new BroadcastChannel("anlan-patrol") : null;
let opened = null;

function database() {
  opened ??= window.idb.openDB(NAME, 1, {
    upgrade(db) {
      db.createObjectStore("settings");
      db.createObjectStore("walks", { keyPath: "id" });
      const records = db.createObjectStore("records", { keyPath: "seq", autoIncrement: true });
      records.createIndex("id", "id", { unique: true });
      records.createIndex("state", "state");
      records.createIndex("walk", "walk");
      const photos = db.createObjectStore("photos", { keyPath: "key" });
      photos.createIndex("state", "state");
      photos.createIndex("walk", "walk");
    },
  });
  return opened;
}

// Strict: the record is on the phone's disk before the guard sees that it is.
async function writing(names, work) {
  const db = await database();
  const transaction = db.transaction(names, "readwrite", { durability: "strict" });
  const answer = await work(transaction);
  await transaction.done;
  return answer;
}

export function changed() {
  window.dispatchEvent(new Event("patrol:changed"));
  changes?.postMessage("changed");
}

if (changes) {
  changes.onmessage = () => window.dispatchEvent(new Event("patrol:changed"));
}

// ---- settings ----------------------------------------------------------------------------------

export async function setting(key) {
  return (await database()).get("settings", key);
}

export async function keep(key, value) {
  await writing("settings", (transaction) => transaction.store.put(value, key));
}

// ---- maps --------------------------------------------------------------------------------------

const MAP = "map:";
const drawings = new Map();

// The stamps of the maps that are here.
export async function maps() {
  const keys = await (await database()).getAllKeys("settings", IDBKeyRange.bound(MAP, `${MAP}\uffff`));
  return keys.map((key) => key.slice(MAP.length));
}

// Keeps new drawings, and of the old ones those that are still named here or that a round is on.
export async function keepMaps(wanted) {
  const named = new Set(wanted.map((one) => one.stamp));
  await writing(["settings", "walks"], async (transaction) => {
    const settings = transaction.objectStore("settings");
    const walks = await transaction.objectStore("walks").getAll();
    walks.filter((walk) => !walk.ended).forEach((walk) => named.add(walk.map));
    for (const { stamp, drawing } of wanted.filter((one) => one.drawing)) {
      await settings.put({ ...drawing, stamp }, MAP + stamp);
    }
    for (const key of await settings.getAllKeys(IDBKeyRange.bound(MAP, `${MAP}\uffff`))) {
      if (!named.has(key.slice(MAP.length))) {
        await settings.delete(key);
      }
    }
  });
}

// Read once, for the page is drawn every second.
export async function map(stamp) {
  if (stamp && !drawings.get(stamp)) {
    drawings.set(stamp, await setting(MAP + stamp));
  }
  return drawings.get(stamp) || null;
}

// ---- rounds ------------------------------------------------------------------------------------

export async function openWalk(user) {
  const walks = await (await database()).getAll("walks");
  return walks.filter((walk) => walk.user === user && !walk.ended).sort((a, b) => b.started - a.started)[0] || null;
}

export async function walk(id) {
  return (await database()).get("walks", id);
}

// One round at a time, also when two tabs begin one at the same moment.
export async function beginWalk(walk, begun) {
  return writing(["walks", "records"], async (transaction) => {
    const walks = await transaction.objectStore("walks").getAll();
    const open = walks.find((one) => one.user === walk.user && !one.ended);
    if (open) {
      return open;
    }
    await transaction.objectStore("walks").add(walk);
    for (const record of begun) {
      await transaction.objectStore("records").add(record);
    }
    return walk;
  });
}

export async function changeWalk(id, change, record = null) {
  return writing(["walks", "records"], async (transaction) => {
    const store = transaction.objectStore("walks");
    const walk = change(await store.get(id));
    await store.put(walk);
    if (record) {
      await transaction.objectStore("records").add(record);
    }
    return walk;
  });
}

// ---- records -----------------------------------------------------------------------------------

export async function addRecord(record) {
  await writing("records", (transaction) => transaction.store.add(record));
  changed();
}

// A visit takes its number from its round in the same step, so that two tabs never give out the same.
export async function addVisit(walkId, made) {
  const record = await writing(["walks", "records"], async (transaction) => {
    const walks = transaction.objectStore("walks");
    const walk = await walks.get(walkId);
    walk.number += 1;
    const record = made(walk.number);
    await walks.put(walk);
    await transaction.objectStore("records").add(record);
    return record;
  });
  changed();
  return record;
}

export async function changeRecord(id, change) {
  await writing("records", async (transaction) => {
    const record = await transaction.store.index("id").get(id);
    if (record) {
      await transaction.store.put(change(record));
    }
  });
  changed();
}

export async function record(id) {
  return (await database()).getFromIndex("records", "id", id);
}

export async function recordsOf(walk) {
  return (await database()).getAllFromIndex("records", "walk", walk);
}

export async function inState(name, state) {
  return (await database()).getAllFromIndex(name, "state", state);
}

export async function counts(user) {
  const db = await database();
  const [waiting, photosWaiting, sent, photosSent, refused, photosRefused] = await Promise.all(
    ["waiting", "sent", "refused"].flatMap((state) => [
      db.countFromIndex("records", "state", state),
      db.countFromIndex("photos", "state", state),
    ]),
  );
  const others = (await inState("records", "waiting")).filter((one) => one.user !== user).length;
  return {
    waiting: waiting + photosWaiting,
    sent: sent + photosSent,
    refused: refused + photosRefused,
    others: user ? others : 0,
  };
}

export async function latest(count) {
  const db = await database();
  const found = [];
  let cursor = await db.transaction("records").store.openCursor(null, "prev");
  while (cursor && found.length < count) {
    found.push(cursor.value);
    cursor = await cursor.continue();
  }
  return found;
}

// ---- photos ------------------------------------------------------------------------------------

export async function addPhoto(photo) {
  await writing("photos", async (transaction) => {
    if (!(await transaction.store.get(photo.key))) {
      await transaction.store.add(photo);
    }
  });
  changed();
}

export async function changePhoto(key, change) {
  await writing("photos", async (transaction) => {
    await transaction.store.put(change(await transaction.store.get(key)));
  });
  changed();
}

// ---- clearing ----------------------------------------------------------------------------------

export async function clearOld(now) {
  const before = now - KEPT_DAYS * 24 * 3600 * 1000;
  await writing(["walks", "records", "photos"], async (transaction) => {
    const busy = new Set();
    for (const name of ["records", "photos"]) {
      const store = transaction.objectStore(name);
      for (const one of await store.getAll()) {
        if (one.state === "sent" && one.at < before) {
          await store.delete(one.seq ?? one.key);
        } else {
          busy.add(one.walk);
        }
      }
    }
    const walks = transaction.objectStore("walks");
    for (const walk of await walks.getAll()) {
      if (walk.ended && !busy.has(walk.id)) {
        await walks.delete(walk.id);
      }
    }
  });
}
