// Short notices in the corner; errors stay until they are closed.
const STAY_MS = 10000;

function arm(note) {
  note.querySelector("[data-toast-close]").addEventListener("click", () => note.remove());
  const lasting = note.classList.contains("tone-error") || note.classList.contains("tone-bad");
  if (!lasting) {
    let timer = setTimeout(() => note.remove(), STAY_MS);
    note.addEventListener("pointerenter", () => clearTimeout(timer));
    note.addEventListener("pointerleave", () => {
      timer = setTimeout(() => note.remove(), STAY_MS / 2);
    });
  }
}

export function toast(words, tone = "info", action = null) {
  const box = document.getElementById("toasts");
  const pattern = document.getElementById("toast-pattern");
  if (!box || !pattern || !words) {
    return;
  }
  const note = pattern.content.firstElementChild.cloneNode(true);
  note.classList.add(`tone-${tone}`);
  note.querySelector(".toast-words").textContent = words;
  if (action) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm";
    button.textContent = action.label;
    button.addEventListener("click", () => {
      note.remove();
      action.run();
    });
    note.querySelector(".toast-words").after(button);
  }
  box.append(note);
  arm(note);
}

export function announce(words) {
  const box = document.getElementById("announce");
  if (box) {
    box.textContent = "";
    requestAnimationFrame(() => {
      box.textContent = words;
    });
  }
}

export function start() {
  document.querySelectorAll("#toasts [data-toast]").forEach(arm);
  // A view may say something with the header HX-Trigger: {"anlan:toast": {"words": "…", "tone": "good"}}
  document.body.addEventListener("anlan:toast", (event) => toast(event.detail.words, event.detail.tone));
  document.addEventListener("click", (event) => {
    const shower = event.target.closest("[data-toast-show]");
    if (shower) {
      toast(shower.dataset.toastShow, "good");
    }
  });
}
