// Free text that leads to a person: the page says so at once, before anything is sent. The patterns come from the
// server (engine/free_text.py), which masks what they find before it stores a text; the checks are the same here.
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const WAIT_MS = 250;

function isIdentityNumber(text) {
  const kept = text.replace(/[ -]/g, "").toUpperCase();
  const total = WEIGHTS.reduce((sum, weight, place) => sum + weight * Number(kept[place]), 0);
  return kept[17] === "10X98765432"[total % 11];
}

function isCardNumber(text) {
  const digits = [...text.replace(/\D/g, "")].reverse().map(Number);
  const total = digits.reduce((sum, digit, place) => {
    const doubled = 2 * digit;
    return sum + (place % 2 ? (doubled > 9 ? doubled - 9 : doubled) : digit);
  }, 0);
  return total % 10 === 0;
}

const CHECKS = {
  "": () => true,
  gb11643: isIdentityNumber,
  luhn: isCardNumber,
  plate: (text) => text.replace(/\D/g, "").length >= 3,
};

function plainOf(text) {
  return text
    .replace(/[＋－＠０-９Ａ-Ｚａ-ｚ]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) - 0xfee0))
    .replace(/\u3000/g, " ")
    .replace(/[‐‑‒–—−]/g, "-");
}

/** The parts of a text that lead to a person, in order: {kind, start, end}. */
export function passages(text, patterns) {
  const plain = plainOf(text);
  const found = [];
  for (const [kind, pattern, check] of patterns) {
    for (const match of plain.matchAll(new RegExp(pattern, "gi"))) {
      const [start, end] = [match.index, match.index + match[0].length];
      const free = found.every((one) => end <= one.start || start >= one.end);
      if (free && CHECKS[check](match[0])) {
        found.push({ kind, start, end });
      }
    }
  }
  return found.sort((one, other) => one.start - other.start);
}

function watch(field, patterns, words) {
  const pattern = document.getElementById("free-text-warning").content.firstElementChild;
  let warning = null;
  let timer = 0;
  const look = () => {
    const kinds = [...new Set(passages(field.value, patterns).map((passage) => passage.kind))];
    if (!kinds.length) {
      warning?.remove();
      warning = null;
      return;
    }
    if (!warning) {
      warning = pattern.cloneNode(true);
      field.after(warning);
    }
    const said = kinds.map((kind) => words.getAttribute(`data-${kind}`)).join(words.dataset.separator);
    const whole = words.dataset.found.replace("{what}", said);
    const place = warning.querySelector("[data-words]");
    if (place.textContent !== whole) {
      place.textContent = whole;
    }
  };
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, WAIT_MS);
  });
  field.addEventListener("change", look);
  look();
}

if (typeof document !== "undefined") {
  const patterns = JSON.parse(document.getElementById("free-text-patterns").textContent);
  const words = document.getElementById("free-text-words");
  document.querySelectorAll("[data-free-text]").forEach((field) => watch(field, patterns, words));
}
