// The phone's clock beside the server's: what each answer teaches, and what each record says of it.
import * as store from "./store.js";

let skew = null;
const begun = new Map();

export async function prepare() {
  skew = (await store.setting("skew")) ?? null;
}

export async function learn(serverTime, asked, answered) {
  const server = Date.parse(serverTime);
  if (Number.isNaN(server)) {
    return;
  }
  skew = server - (asked + answered) / 2;
  await store.keep("skew", skew);
}

// The best reckoning of the present moment, in milliseconds.
export function now() {
  return Date.now() + (skew ?? 0);
}

// What a record says of the clock; `elapsed_s` counts from the beginning of the round by a clock nobody can set.
export function stamp(walk) {
  const since = begun.get(walk);
  return {
    device_at: new Date().toISOString(),
    skew_s: skew === null ? null : skew / 1000,
    elapsed_s: since === undefined ? null : (performance.now() - since) / 1000,
  };
}

export function begin(walk) {
  begun.set(walk, performance.now());
}
