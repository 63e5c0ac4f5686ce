// The page as the other parts see it: its words, its addresses, its elements, and how it writes times and names.
function said(id) {
  return JSON.parse(document.getElementById(id).textContent);
}

export const words = said("patrol-words");
export const addresses = said("patrol-addresses");

export const english = document.documentElement.lang === "en";

export function element(id) {
  return document.getElementById(id);
}

export function say(name, values = {}) {
  return (words[name] || name).replace(/\{(\w+)\}/g, (whole, key) => (key in values ? String(values[key]) : whole));
}

export function write(id, text) {
  const place = element(id);
  if (place.textContent !== text) {
    place.textContent = text;
  }
}

export function show(id, shown) {
  element(id).toggleAttribute("hidden", !shown);
}

export function nameOf(text) {
  return (english ? text?.en : text?.zh) || text?.zh || "";
}

const ZONE = document.documentElement.dataset.zone;
const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: ZONE });

export function clockTime(moment) {
  return CLOCK.format(new Date(moment));
}

export function lasting(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 90) {
    return say("seconds", { n: seconds });
  }
  const minutes = Math.round(seconds / 60);
  return minutes < 120
    ? say("minutes", { n: minutes })
    : say("hours", { h: Math.floor(minutes / 60), m: minutes % 60 });
}

export function moment(text) {
  return Date.parse(text);
}

export function button(id, act) {
  element(id).addEventListener("click", () => act());
}
