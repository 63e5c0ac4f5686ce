// Filters that live in the address, drafts that survive a reload, a warning before unsent entries are left.
import { text } from "./texts.js";
import { toast } from "./toasts.js";

const WAIT_MS = 350;

function isFilled(form) {
  return [...new FormData(form)].some(([, value]) => value !== "");
}

function watchFilters() {
  const timers = new WeakMap();
  const apply = (form, wait) => {
    clearTimeout(timers.get(form));
    const run = () => {
      form.querySelector("[data-filter-clear]")?.toggleAttribute("hidden", !isFilled(form));
      window.htmx.trigger(form, "anlan:filter");
    };
    timers.set(form, setTimeout(run, wait));
  };
  document.addEventListener("input", (event) => {
    const form = event.target.closest?.("form[data-filter]");
    if (form && !event.isComposing && event.target.matches("input[type=search], input[type=text]")) {
      apply(form, WAIT_MS);
    }
  });
  document.addEventListener("compositionend", (event) => {
    const form = event.target.closest?.("form[data-filter]");
    if (form) {
      apply(form, WAIT_MS);
    }
  });
  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("form[data-filter]");
    if (form && !event.target.matches("input[type=search], input[type=text]")) {
      apply(form, 0);
    }
  });
  document.body.addEventListener("htmx:configRequest", (event) => {
    const { parameters, elt } = event.detail;
    if (elt.matches?.("form[data-filter]")) {
      for (const name of Object.keys(parameters)) {
        if (parameters[name] === "") {
          delete parameters[name];
        }
      }
    }
  });
}

function entriesOf(form) {
  return [...new FormData(form)].filter(
    ([name, value]) => typeof value === "string" && name !== "csrfmiddlewaretoken" && value !== "",
  );
}

function isSecret(form, name) {
  return form.elements[name]?.type === "password";
}

function watchDraft(form) {
  const key = `draft:${form.dataset.draft}`;
  const saved = localStorage.getItem(key);
  if (saved && !form.querySelector(".error-summary")) {
    const fresh = JSON.stringify(entriesOf(form));
    if (saved !== fresh) {
      for (const [name, value] of JSON.parse(saved)) {
        const field = form.elements[name];
        if (field instanceof HTMLInputElement && ["checkbox", "radio"].includes(field.type)) {
          field.checked = true;
        } else if (field && field.type !== "file") {
          field.value = value;
        }
      }
      toast(text("draft"), "info", {
        label: text("draftDrop"),
        run: () => {
          localStorage.removeItem(key);
          form.reset();
        },
      });
    }
  }
  let timer = 0;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const entries = entriesOf(form).filter(([name]) => !isSecret(form, name));
      localStorage.setItem(key, JSON.stringify(entries));
    }, 400);
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    localStorage.removeItem(key);
  });
}

function watchUnsent() {
  let unsent = false;
  document.addEventListener("input", (event) => {
    if (event.target.closest?.("form[data-guard]")) {
      unsent = true;
    }
  });
  document.addEventListener("submit", () => {
    unsent = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (unsent) {
      event.preventDefault();
    }
  });
}

function stopDoubleSending() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) {
      return;
    }
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    event.submitter?.setAttribute("aria-busy", "true");
    setTimeout(() => {
      delete form.dataset.sent;
      event.submitter?.removeAttribute("aria-busy");
    }, 4000);
  });
}

export function prepare(root) {
  root.querySelectorAll("form[data-draft]").forEach(watchDraft);
  root.querySelector("[data-focus]")?.focus();
}

export function start() {
  watchFilters();
  watchUnsent();
  stopDoubleSending();
  prepare(document);
}
