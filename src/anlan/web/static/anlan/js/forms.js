// Filters that live in the address, a warning before entries are lost, and no form sent twice.
import * as drafts from "./drafts.js";

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

function watchUnsent() {
  const touched = new Set();
  document.addEventListener("input", (event) => {
    const form = event.target.closest?.("form[data-guard]");
    if (form) {
      touched.add(form);
    }
  });
  document.addEventListener("submit", (event) => touched.delete(event.target));
  window.addEventListener("beforeunload", (event) => {
    if ([...touched].some((form) => form.isConnected && drafts.wouldLose(form))) {
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
  drafts.prepare(root);
  root.querySelector("[data-focus]")?.focus();
}

export function start() {
  watchFilters();
  watchUnsent();
  stopDoubleSending();
  drafts.start();
  prepare(document);
}
