// Live parts: <div data-poll="/board/live/" data-poll-seconds="5" id="live">. The address answers 304 while
// nothing has changed; the part says how old its data are, and the banner appears within 15 s of silence.
import { language, filled } from "./texts.js";
import { prepare as prepareForms } from "./forms.js";

const SILENCE_MS = 14000;
const watched = new WeakSet();
let lastAnswer = Date.now();

function age(milliseconds) {
  const seconds = Math.round(milliseconds / 1000);
  const unit = seconds < 90 ? "second" : "minute";
  const count = seconds < 90 ? seconds : Math.round(seconds / 60);
  return new Intl.NumberFormat(language(), { style: "unit", unit, unitDisplay: "long" }).format(count);
}

function showAge() {
  const silence = Date.now() - lastAnswer;
  document.querySelectorAll("[data-age]").forEach((place) => {
    const old = silence > SILENCE_MS;
    place.textContent = old ? filled(place.dataset.words, { age: age(silence) }) : place.dataset.fresh;
    place.classList.toggle("is-old", old);
  });
  document
    .querySelectorAll("[data-offline-banner]")
    .forEach((banner) => banner.toggleAttribute("hidden", silence <= SILENCE_MS && navigator.onLine));
}

function swap(part, html) {
  const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
  const opened = [...part.querySelectorAll("details[open][id]")].map((details) => details.id);
  part.innerHTML = html;
  opened.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
  window.htmx?.process(part);
  prepareForms(part);
  if (focused) {
    document.getElementById(focused)?.focus({ preventScroll: true });
  }
  part.dispatchEvent(new CustomEvent("anlan:refreshed", { bubbles: true }));
}

function watch(part) {
  let tag = part.dataset.pollEtag || "";
  const every = 1000 * Number(part.dataset.pollSeconds || 5);
  async function ask() {
    if (!part.isConnected) {
      return;
    }
    if (!document.hidden || document.body.matches("[data-wall]")) {
      try {
        const headers = { "HX-Request": "true", "X-Anlan-Poll": "1" };
        if (tag) {
          headers["If-None-Match"] = tag;
        }
        const answer = await fetch(part.dataset.poll, { headers, cache: "no-store", credentials: "same-origin" });
        if (answer.headers.get("HX-Redirect")) {
          window.location.assign(answer.headers.get("HX-Redirect"));
          return;
        }
        if (answer.ok) {
          tag = answer.headers.get("ETag") || "";
          swap(part, await answer.text());
        }
        if (answer.ok || answer.status === 304) {
          lastAnswer = Date.now();
        }
      } catch {
        // The banner says it; the next round tries again.
      }
    }
    setTimeout(ask, every);
  }
  setTimeout(ask, every);
}

export function prepare(root) {
  root.querySelectorAll("[data-poll]").forEach((part) => {
    if (!watched.has(part)) {
      watched.add(part);
      watch(part);
    }
  });
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) {
    lastAnswer = Math.max(lastAnswer, Date.now() - SILENCE_MS / 2);
  }
});
setInterval(showAge, 1000);
