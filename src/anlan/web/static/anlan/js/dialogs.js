// Confirmation before steps that matter, and the overview of keys.
const confirmed = new WeakSet();

function ask(button) {
  const dialog = document.getElementById("confirm-dialog");
  const title = dialog.querySelector("#confirm-title");
  const yes = dialog.querySelector("[data-confirm-yes]");
  const typed = dialog.querySelector("[data-confirm-typed]");
  const field = dialog.querySelector("#confirm-typed");
  const phrase = button.dataset.confirmTyped || "";
  title.textContent = button.dataset.confirmTitle || title.dataset.default;
  dialog.querySelector("#confirm-words").textContent = button.dataset.confirm;
  yes.textContent = button.dataset.confirmYes || yes.dataset.default;
  yes.classList.toggle("btn-danger", button.classList.contains("btn-danger"));
  typed.hidden = !phrase;
  dialog.querySelector("[data-confirm-phrase]").textContent = phrase;
  field.value = "";
  yes.disabled = Boolean(phrase);
  field.oninput = () => {
    yes.disabled = field.value.normalize("NFKC").trim() !== phrase;
  };
  dialog.returnValue = "no";
  dialog.onclose = () => {
    if (dialog.returnValue === "yes" && !yes.disabled) {
      confirmed.add(button);
      button.click();
      confirmed.delete(button);
    } else {
      button.focus();
    }
  };
  // Enter in the field must not take the first button, which is "Cancel".
  field.onkeydown = (event) => {
    if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      if (!yes.disabled) {
        yes.click();
      }
    }
  };
  dialog.showModal();
  (phrase ? field : dialog.querySelector("button[value=no]")).focus();
}

export function start() {
  document.addEventListener(
    "click",
    (event) => {
      const button = event.target.closest("[data-confirm]");
      if (!button || button.disabled || confirmed.has(button)) {
        return;
      }
      event.preventDefault();
      event.stopImmediatePropagation();
      ask(button);
    },
    true,
  );
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-help-open]")) {
      document.getElementById("help-dialog").showModal();
    }
    if (event.target.closest("[data-back]")) {
      history.back();
    }
    if (event.target instanceof HTMLDialogElement) {
      event.target.close("no");
    }
  });
}
