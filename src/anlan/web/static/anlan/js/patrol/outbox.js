// Sending what waits. The server knows each record by its id, so that sending again changes nothing; a record leaves
// the waiting line only when an answer names it.
import * as clock from "./clock.js";
import { addresses } from "./page.js";
import * as store from "./store.js";

const MOST = 100;
const PATIENCE_MS = 20_000;
const MOST_TRIES = 3;
const MOST_ASKS = 8;
let running = null;
let again = false;

// "ok" when nothing waits any more; else why it stopped: "offline", "busy" or "token".
export function flush() {
  if (running) {
    again = true;
    return running;
  }
  running = (async () => {
    let outcome = "ok";
    do {
      again = false;
      outcome = await alone(drain);
    } while (again && outcome === "ok");
    return outcome;
  })().finally(() => {
    running = null;
    store.changed();
  });
  return running;
}

// One tab at a time; another waits its turn and then finds nothing left.
function alone(work) {
  return navigator.locks ? navigator.locks.request("anlan-patrol-outbox", work) : work();
}

async function drain() {
  let outcome = "ok";
  for (const [user, records] of byUser(await store.inState("records", "waiting"))) {
    const enrolled = await store.setting(`device:${user}`);
    if (!enrolled) {
      outcome = "token";
      continue;
    }
    const ready = records.filter((record) => !record.hold || record.hold <= Date.now());
    const calls = withTheirRounds(ready);
    const others = ready.filter((record) => !calls.includes(record));
    const sender = await senderOf(user, enrolled);
    const stopped = (await inBatches(addresses.help, sender, calls)) || (await inBatches(addresses.sync, sender, others));
    if (stopped === "token") {
      await store.keep(`refused:${user}`, true);
    } else if (stopped) {
      return stopped;
    }
    outcome = stopped || outcome;
  }
  return (await photos()) || outcome;
}

// Asks what is new, in a batch of nothing; the answer comes as the event "patrol:heard".
export async function listen(user) {
  const enrolled = await store.setting(`device:${user}`);
  if (enrolled) {
    const sender = await senderOf(user, enrolled);
    await alone(() => sendAll(addresses.sync, sender, []));
  }
}

// The token, and the round of which the phone wants to hear.
async function senderOf(user, { token }) {
  const walk = await store.openWalk(user);
  return { token, walk: walk ? walk.id : null };
}

// Calls for help go first; the beginning of their round goes with them, so that the control room sees whose it is.
function withTheirRounds(records) {
  const calls = records.filter((record) => record.kind === "help");
  const rounds = new Set(calls.map((record) => record.walk));
  return [...records.filter((record) => record.kind === "walk" && rounds.has(record.id)), ...calls];
}

function byUser(records) {
  const found = new Map();
  for (const record of records.sort((a, b) => a.seq - b.seq)) {
    found.set(record.user, [...(found.get(record.user) || []), record]);
  }
  return found;
}

async function inBatches(address, sender, records) {
  for (let first = 0; first < records.length; first += MOST) {
    const stopped = await sendAll(address, sender, records.slice(first, first + MOST));
    if (stopped) {
      return stopped;
    }
  }
  return null;
}

async function sendAll(address, sender, records) {
  const { token, walk } = sender;
  const bodies = records.map((one) => one.body);
  const body = () => JSON.stringify({ sent_at: new Date().toISOString(), walk, records: bodies });
  const answer = await ask(address, token, { method: "POST", body, type: "application/json" });
  if (answer.stopped) {
    return answer.stopped;
  }
  if (answer.status === 200) {
    await settle(answer.body.results, new Map(records.map((one) => [one.id, one])));
    window.dispatchEvent(new CustomEvent("patrol:heard", { detail: answer.body.places }));
    return null;
  }
  if (records.length > 1) {
    const half = Math.ceil(records.length / 2);
    return (
      (await sendAll(address, sender, records.slice(0, half))) || sendAll(address, sender, records.slice(half))
    );
  }
  if (records.length === 1) {
    await store.changeRecord(records[0].id, (record) => ({ ...record, state: "refused", why: "unreadable" }));
  }
  return null;
}

async function settle(results, sent) {
  for (const result of results) {
    if (result.status === "unknown-walk") {
      await unknownWalk(result.id);
      continue;
    }
    const state = result.status === "recorded" || result.status === "known" ? "sent" : "refused";
    const why = result.status === "unreadable" ? "unreadable" : result.why || "";
    // A note written while this was on its way is sent the next time.
    await store.changeRecord(result.id, (record) =>
      record.body.note === sent.get(result.id)?.body.note ? { ...record, state, why, flags: result.flags || [] } : record,
    );
  }
}

// The server does not know the round (it may have been restored from an older copy): its beginning is sent again.
async function unknownWalk(id) {
  const record = await store.record(id);
  const tries = (record.tries || 0) + 1;
  const state = tries > MOST_TRIES ? "refused" : "waiting";
  await store.changeRecord(id, (one) => ({ ...one, tries, state, why: tries > MOST_TRIES ? "no-grant" : "" }));
  if (state === "waiting") {
    await store.changeRecord(record.walk, (one) => (one.state === "sent" ? { ...one, state: "waiting" } : one));
    again = true;
  }
}

async function photos() {
  for (const photo of await store.inState("photos", "waiting")) {
    const visit = await store.record(photo.visit);
    const enrolled = await store.setting(`device:${photo.user}`);
    if (visit?.state !== "sent" || !enrolled) {
      continue;
    }
    const query = new URLSearchParams({ visit: photo.visit, taken: photo.taken });
    const address = `${addresses.photos.replace("{sha256}", photo.sha256)}?${query}`;
    const answer = await ask(address, enrolled.token, { method: "PUT", body: () => photo.blob, type: "image/jpeg" });
    if (answer.stopped) {
      return answer.stopped;
    }
    const state = answer.status === 200 ? "sent" : "refused";
    await store.changePhoto(photo.key, (one) => ({ ...one, state, blob: state === "sent" ? null : one.blob }));
  }
  return null;
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

// One request, asked again in a moment while the server says that many phones are sending: { status, body }, or { stopped } when there is no use in going on now.
async function ask(address, token, { method, body, type }, tries = MOST_ASKS) {
  const patience = new AbortController();
  const alarm = setTimeout(() => patience.abort(), PATIENCE_MS);
  const asked = Date.now();
  try {
    const response = await fetch(address, {
      method,
      body: body(),
      headers: { Authorization: `Device ${token}`, "Content-Type": type },
      credentials: "omit",
      cache: "no-store",
      redirect: "error",
      signal: patience.signal,
    });
    if (response.status === 401) {
      return { stopped: "token" };
    }
    if (response.status === 429 && tries > 1) {
      await pause(500 + 1000 * Math.random());
      return ask(address, token, { method, body, type }, tries - 1);
    }
    if (response.status >= 500 || response.status === 429) {
      return { stopped: "busy" };
    }
    const answer = response.headers.get("Content-Type")?.includes("json") ? await response.json() : null;
    if (response.status === 200 && !answer?.server_time) {
      return { stopped: "busy" };
    }
    if (answer?.server_time) {
      await clock.learn(answer.server_time, asked, Date.now());
    }
    return { status: response.status, body: answer };
  } catch {
    return { stopped: "offline" };
  } finally {
    clearTimeout(alarm);
  }
}
