// The service worker of the guard's page: keeps the page and its files, and hands them out with or without network.
// What it knows (self.PATROL) stands above this line, written by the server.
const CACHE = `patrol-${self.PATROL.version}`;
const SETTINGS = "patrol-settings";
const LANGUAGE = "/patrol/language";

self.addEventListener("install", (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(CACHE);
      const wanted = [...self.PATROL.files, ...Object.values(self.PATROL.shells)];
      await cache.addAll(wanted.map((address) => new Request(address, { cache: "reload", credentials: "omit" })));
      await self.skipWaiting();
    })(),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      const names = await caches.keys();
      const old = names.filter((name) => name.startsWith("patrol-") && name !== CACHE && name !== SETTINGS);
      await Promise.all(old.map((name) => caches.delete(name)));
      await self.clients.claim();
    })(),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") {
    return;
  }
  const address = new URL(request.url);
  if (address.origin !== self.location.origin) {
    return;
  }
  if (request.mode === "navigate") {
    if (address.pathname === self.PATROL.page) {
      event.respondWith(page(request));
    }
    return;
  }
  if (self.PATROL.files.includes(address.pathname)) {
    event.respondWith(kept(request, address.pathname));
  }
});

async function page(request) {
  const cache = await caches.open(CACHE);
  const shell = self.PATROL.shells[await language()] || self.PATROL.shells[self.PATROL.language];
  return (await cache.match(shell)) || fetch(request);
}

async function kept(request, path) {
  const cache = await caches.open(CACHE);
  return (await cache.match(path)) || fetch(request);
}

async function language() {
  const settings = await caches.open(SETTINGS);
  const chosen = await settings.match(LANGUAGE);
  return chosen ? chosen.text() : self.PATROL.language;
}
