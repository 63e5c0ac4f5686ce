// Short notices in the corner; errors stay until they are closed.
const STAY_MS = 10000;
// A notice with a way back stays longer; while the pointer or the focus is on it, it does not leave.
const UNDO_MS = 20000;

function arm(note) {
  note.querySelector("[data-toast-close]").addEventListener("click", () => note.remove());
  const lasting = note.classList.contains("tone-error") || note.classList.contains("tone-bad");
  if (!lasting) {
    const stay = note.querySelector("form, .btn") ? UNDO_MS : STAY_MS;
    let timer = setTimeout(() => note.remove(), stay);
    const rest = () => clearTimeout(timer);
    const leave = () => {
      clearTimeout(timer);
      if (!note.matches(":hover, :focus-within")) {
        timer = setTimeout(() => note.remove(), stay / 2);
      }
    };
    note.addEventListener("pointerenter", rest);
    note.addEventListener("focusin", rest);
    note.addEventListener("pointerleave", leave);
    note.addEventListener("focusout", () => requestAnimationFrame(leave));
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
