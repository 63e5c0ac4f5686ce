// The clocks of the steps of a plan: how long is left, or how late it is, counted on this device each second.
import { filled } from "../texts.js";

const live = document.getElementById("plans-live");

function span(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000);
  const [minutes, rest] = [Math.floor(seconds / 60), String(seconds % 60).padStart(2, "0")];
  return minutes < 60 ? `${minutes}:${rest}` : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}`;
}

function count() {
  const now = Date.now();
  live.querySelectorAll("[data-due]").forEach((place) => {
    const left = Date.parse(place.dataset.due) - now;
    place.textContent = filled(left >= 0 ? live.dataset.left : live.dataset.over, { time: span(Math.abs(left)) });
    place.closest("li").classList.toggle("is-late", left < 0);
  });
}

count();
setInterval(count, 1000);
live.addEventListener("htmx:afterSwap", count);
live.addEventListener("anlan:refreshed", count);
