// Keys: / search, j k rows, Enter opens, x selects, u goes to "Undo", g + letter goes, ? overview, Esc leaves.
let going = 0;

function typing(target) {
  return target.closest("input, textarea, select, [contenteditable]") !== null;
}

function rows() {
  return [...document.querySelectorAll("[data-rows] tbody tr, ul[data-rows] > li")].filter((row) => row.offsetParent !== null);
}

export function choose(row, scroll = true) {
  document.querySelectorAll("tr.is-chosen, li.is-chosen").forEach((other) => other.classList.remove("is-chosen"));
  if (!row) {
    return;
  }
  row.classList.add("is-chosen");
  if (scroll) {
    row.scrollIntoView({ block: "nearest" });
  }
  document.dispatchEvent(new CustomEvent("anlan:chosen", { detail: { code: row.dataset.place || "", row } }));
}

function move(step) {
  const all = rows();
  if (!all.length) {
    return;
  }
  const at = all.findIndex((row) => row.classList.contains("is-chosen"));
  const next = all[Math.min(all.length - 1, Math.max(0, at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step))];
  choose(next);
  const link = next.querySelector("[data-open], a[href]");
  if (link) {
    link.focus({ preventScroll: true });
  }
}

function onKey(event) {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) {
    return;
  }
  if (event.key === "Escape") {
    if (typing(event.target)) {
      event.target.blur();
    }
    choose(null);
    return;
  }
  if (typing(event.target) || document.querySelector("dialog[open]")) {
    return;
  }
  if (Date.now() - going < 1200) {
    going = 0;
    const entry = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
    if (entry) {
      event.preventDefault();
      window.location.assign(entry.href);
    }
    return;
  }
  if (event.key === "/") {
    const field = document.querySelector("[data-filter] input[name=q]") || document.getElementById("global-search");
    if (field) {
      event.preventDefault();
      field.focus();
      field.select();
    }
  } else if (event.key === "?") {
    event.preventDefault();
    document.getElementById("help-dialog")?.showModal();
  } else if (event.key === "j" || event.key === "k") {
    event.preventDefault();
    move(event.key === "j" ? 1 : -1);
  } else if (event.key === "x") {
    document.querySelector("tr.is-chosen [data-pick]")?.click();
  } else if (event.key === "u") {
    document.querySelector("#toasts [data-undo]")?.focus();
  } else if (event.key === "g") {
    going = Date.now();
  }
}

export function start() {
  document.addEventListener("keydown", onKey);
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest?.("[data-rows] tbody tr, ul[data-rows] > li");
    if (row && !row.classList.contains("is-chosen")) {
      choose(row, false);
    }
  });
}
