// The tools above lists: menus that close, choice of columns as one word in the address, rows selected together.
import { filled } from "./texts.js";

let last = null;
let listening = false;

function picks() {
  return [...document.querySelectorAll("[data-pick]")];
}

function show() {
  const form = document.querySelector("[data-bulk]");
  if (!form) {
    return;
  }
  const all = picks();
  const chosen = all.filter((pick) => pick.checked);
  const every = form.querySelector("[data-bulk-all]")?.checked;
  const head = document.querySelector("[data-pick-all]");
  const words = form.querySelector("[data-bulk-count]");
  form.classList.toggle("is-idle", !chosen.length && !every);
  form.querySelector("[data-bulk-clear]").hidden = false;
  words.textContent = every
    ? form.querySelector(".bulk-all .form-check-label").textContent
    : filled(words.dataset.words, { n: chosen.length });
  form.querySelectorAll("[data-bulk-act]").forEach((button) => {
    button.disabled = !chosen.length && !every;
  });
  if (head) {
    head.checked = chosen.length > 0 && chosen.length === all.length;
    head.indeterminate = chosen.length > 0 && chosen.length < all.length;
  }
  all.forEach((pick) => pick.closest("tr, article").classList.toggle("is-picked", pick.checked));
}

function onChange(event) {
  const target = event.target;
  if (target.matches("[data-pick-all]")) {
    picks().forEach((pick) => {
      pick.checked = target.checked;
    });
  }
  if (target.matches("[data-pick], [data-pick-all], [data-bulk-all]")) {
    show();
  }
}

function onClick(event) {
  const pick = event.target.closest?.("[data-pick]");
  if (pick) {
    const all = picks();
    const [from, to] = [all.indexOf(last), all.indexOf(pick)].sort((a, b) => a - b);
    if (event.shiftKey && from >= 0) {
      all.slice(from, to + 1).forEach((each) => {
        each.checked = pick.checked;
      });
    }
    last = pick;
    show();
  }
  if (event.target.closest?.("[data-bulk-clear]")) {
    picks().forEach((each) => {
      each.checked = false;
    });
    const every = document.querySelector("[data-bulk-all]");
    if (every) {
      every.checked = false;
    }
    show();
  }
  document.querySelectorAll("details[data-menu][open]").forEach((menu) => {
    if (!menu.contains(event.target)) {
      menu.open = false;
    }
  });
}

function onKey(event) {
  const menu = document.querySelector("details[data-menu][open]");
  if (event.key === "Escape" && menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
}

// ?columns=a,b instead of ?columns=a&columns=b
function onSubmit(event) {
  if (event.target.matches("[data-columns]")) {
    const boxes = [...event.target.querySelectorAll("input[type=checkbox][name=columns]")];
    const hidden = document.createElement("input");
    hidden.type = "hidden";
    hidden.name = "columns";
    hidden.value = boxes
      .filter((box) => box.checked)
      .map((box) => box.value)
      .join(",");
    boxes.forEach((box) => {
      box.disabled = true;
    });
    if (hidden.value) {
      event.target.append(hidden);
    }
  }
}

export function prepare(root) {
  if (!listening) {
    listening = true;
    document.addEventListener("change", onChange);
    document.addEventListener("click", onClick);
    document.addEventListener("keydown", onKey);
    document.addEventListener("submit", onSubmit);
  }
  root.querySelectorAll("[data-pick-all]").forEach((box) => {
    box.hidden = false;
  });
  show();
}
