// The service worker of action cards: a card that was opened once opens again without network, as it was last seen.
// The network comes first, so that nobody reads an old card while a new one can be had.
const CACHE = "cards-1";
const CARD = /^\/places\/[^/]+\/cards\/[^/]+\/[^/]+\/[^/]+\/$/;
const FILES = ["style", "script", "font", "image"];
const PATIENCE_MS = 3000;

self.addEventListener("install", (event) => event.waitUntil(self.skipWaiting()));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) {
    return;
  }
  if (request.mode === "navigate" && CARD.test(address.pathname)) {
    event.respondWith(card(event, address.pathname));
  } else if (FILES.includes(request.destination)) {
    event.respondWith(file(event, address.pathname));
  }
});

async function card(event, path) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(path);
  const fresh = fetch(event.request).then(async (answer) => {
    if (answer.ok && !answer.redirected) {
      await cache.put(path, answer.clone());
    }
    return answer.status >= 500 && kept ? kept : answer;
  });
  if (!kept) {
    return fresh;
  }
  event.waitUntil(fresh.catch(() => {}));
  const late = new Promise((settle) => setTimeout(() => settle(kept), PATIENCE_MS));
  return Promise.race([fresh.catch(() => kept), late]);
}

async function file(event, path) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(path);
  const fresh = fetch(event.request).then(async (answer) => {
    if (answer.ok && kept) {
      await cache.put(path, answer.clone());
    }
    return answer;
  });
  if (!kept) {
    return fresh;
  }
  event.waitUntil(fresh.catch(() => {}));
  return kept;
}
