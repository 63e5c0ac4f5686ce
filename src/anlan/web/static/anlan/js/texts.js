// The words that scripts say; the page gives them in the reader's language.
const holder = document.getElementById("shell-texts");

export function text(name) {
  return (holder && holder.dataset[name]) || "";
}

export function filled(pattern, values) {
  return pattern.replace(/\{(\w+)\}/g, (whole, key) => (key in values ? String(values[key]) : whole));
}

export function language() {
  return document.documentElement.lang === "en" ? "en" : "zh-CN";
}
