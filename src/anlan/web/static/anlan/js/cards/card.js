// An action card on a device: ticks that stay here, and a copy of the page that opens without network.
const CACHE = "cards-1";
const card = document.querySelector("[data-card]");
const key = `card:${card.dataset.card}:${card.dataset.version}`;
const clock = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

function ticked() {
  try {
    return JSON.parse(localStorage.getItem(key)) || {};
  } catch {
    return {};
  }
}

function remember(ticks) {
  try {
    localStorage.setItem(key, JSON.stringify(ticks));
  } catch {
    // A device that keeps nothing still shows the card.
  }
}

function draw() {
  const ticks = ticked();
  card.querySelectorAll("[data-step]").forEach((box) => {
    const at = ticks[box.dataset.step];
    box.checked = Boolean(at);
    box.closest("li").querySelector("[data-done]").textContent = at ? `✓ ${clock.format(new Date(at))}` : "";
  });
  card.querySelector("[data-card-again]").hidden = !Object.keys(ticks).length;
}

card.addEventListener("change", (event) => {
  const step = event.target.dataset.step;
  if (step) {
    const { [step]: _before, ...others } = ticked();
    remember(event.target.checked ? { ...others, [step]: new Date().toISOString() } : others);
    draw();
  }
});

card.querySelector("[data-card-again]").addEventListener("click", () => {
  remember({});
  draw();
});

// The first time nothing stands between the page and the network yet: the page puts itself and its files aside.
async function keep() {
  if (!("serviceWorker" in navigator) || !("caches" in window)) {
    return;
  }
  await navigator.serviceWorker.register(card.dataset.worker, { scope: card.dataset.scope });
  const cache = await caches.open(CACHE);
  const loaded = performance.getEntriesByType("resource").map((entry) => new URL(entry.name));
  const files = loaded.filter((file) => file.origin === location.origin && /\.(css|js|svg|woff2?)$/.test(file.pathname));
  const addresses = [location.pathname, ...new Set(files.map((file) => file.pathname))];
  await Promise.all(addresses.map((address) => put(cache, address)));
  card.querySelector("[data-kept]").hidden = !(await cache.match(location.pathname));
}

async function put(cache, address) {
  const answer = await fetch(address).catch(() => null);
  if (answer?.ok && !answer.redirected) {
    await cache.put(address, answer);
  }
}

draw();
keep().catch(() => {});
