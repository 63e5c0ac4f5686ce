// The clock in city time, and spans such as "3 minutes ago" that stay right while a page is open.
import { language, text } from "./texts.js";

const STEPS = [
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
];

export function relative(at, now = Date.now()) {
  const seconds = Math.round((at - now) / 1000);
  for (const [unit, length] of STEPS) {
    if (Math.abs(seconds) >= length) {
      const format = new Intl.RelativeTimeFormat(language(), { numeric: "always", style: "long" });
      return format.format(Math.round(seconds / length), unit).replace(/(\d)([\u4e00-\u9fff])/g, "$1 $2");
    }
  }
  return text("justNow");
}

function tickClocks() {
  document.querySelectorAll("[data-clock]").forEach((clock) => {
    if (clock.dataset.offset === undefined) {
      clock.dataset.offset = String(Date.parse(clock.dataset.now) - Date.now());
    }
    const now = new Date(Date.now() + Number(clock.dataset.offset));
    const parts = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: clock.dataset.zone };
    if ("seconds" in clock.dataset) {
      parts.second = "2-digit";
    }
    const shown = new Intl.DateTimeFormat("en-GB", parts).format(now);
    if (clock.textContent !== shown) {
      clock.textContent = shown;
    }
  });
}

function tickSpans() {
  document.querySelectorAll("time[data-relative]").forEach((time) => {
    time.textContent = relative(Date.parse(time.dateTime));
  });
}

export function start() {
  if (document.querySelector("[data-clock]")) {
    tickClocks();
    setInterval(tickClocks, 1000);
  }
  setInterval(tickSpans, 30000);
}
