// What every page needs. Maps, charts and live parts are loaded only by pages that have them.
import * as dialogs from "./dialogs.js";
import * as forms from "./forms.js";
import * as keyboard from "./keyboard.js";
import { text } from "./texts.js";
import * as times from "./times.js";
import * as toasts from "./toasts.js";

const MODULES = [
  ["[data-map]", "./map.js"],
  ["[data-draw], [data-shapes]", "./mapdraw.js"],
  ["[data-chart]", "./chart.js"],
  ["[data-poll]", "./polling.js"],
  ["[data-menu], [data-bulk]", "./lists.js"],
];

function loadParts(root) {
  for (const [selector, address] of MODULES) {
    if (root.matches?.(selector) || root.querySelector(selector)) {
      import(address).then((part) => part.prepare(root));
    }
  }
  root.querySelectorAll("[data-scroll-end]").forEach((box) => {
    box.scrollLeft = box.scrollWidth;
  });
  root.querySelectorAll(".tabs").forEach((tabs) => {
    const current = tabs.querySelector(".is-current");
    if (current && current.offsetLeft + current.offsetWidth > tabs.clientWidth) {
      tabs.scrollLeft = tabs.scrollWidth;
    }
  });
  markWideTables(root);
}

// A table wider than its place scrolls in its box; one that fits keeps its header in sight of the page.
function markWideTables(root) {
  root.querySelectorAll(".table-box").forEach((box) => {
    box.classList.remove("is-wide");
    box.classList.toggle("is-wide", box.firstElementChild?.scrollWidth > box.clientWidth + 1);
  });
}

function switchTheme() {
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-theme-form]") || !event.submitter) {
      return;
    }
    event.preventDefault();
    const choice = event.submitter.value;
    document.documentElement.dataset.themeChoice = choice;
    window.anlanSettleTheme();
    event.target
      .querySelectorAll("[name=theme]")
      .forEach((button) => button.setAttribute("aria-pressed", String(button.value === choice)));
    const body = new FormData(event.target);
    body.set("theme", choice);
    fetch(event.target.action, { method: "POST", body, redirect: "manual" }).catch(() => {});
  });
}

function listenToHtmx() {
  const body = document.body;
  body.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.verb !== "get") {
      event.detail.headers["X-CSRFToken"] = document.querySelector("meta[name=csrf-token]").content;
    }
  });
  body.addEventListener("htmx:beforeSwap", (event) => {
    // A form that comes back with its errors is shown where it was sent from.
    if (event.detail.xhr.status === 422) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });
  body.addEventListener("htmx:responseError", (event) => {
    const { xhr } = event.detail;
    const own = xhr.getResponseHeader("X-Anlan-Error") ? xhr.responseText : "";
    const known = { 401: text("signedOut"), 403: text("refused"), 429: text("tooMany") };
    toasts.toast(own || known[xhr.status] || text("failed"), "error");
  });
  body.addEventListener("htmx:sendError", () => toasts.toast(text("offline"), "error"));
  body.addEventListener("htmx:timeout", () => toasts.toast(text("failed"), "error"));
  body.addEventListener("htmx:afterSwap", (event) => {
    const root = event.detail.target;
    forms.prepare(root);
    loadParts(root);
    const said = root.querySelector("[data-announce]");
    if (said) {
      toasts.announce(said.dataset.announce || said.textContent.trim());
    }
  });
}

function watchConnection() {
  const show = () => {
    document
      .querySelectorAll("[data-offline-banner]")
      .forEach((banner) => banner.toggleAttribute("hidden", navigator.onLine));
  };
  window.addEventListener("online", show);
  window.addEventListener("offline", show);
  if (!navigator.onLine) {
    show();
  }
}

function copyButtons() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) {
      navigator.clipboard?.writeText(button.dataset.copy).then(() => toasts.toast(text("copied"), "good"));
    }
  });
}

toasts.start();
dialogs.start();
keyboard.start();
forms.start();
times.start();
switchTheme();
listenToHtmx();
watchConnection();
copyButtons();
loadParts(document);
let resizing = 0;
window.addEventListener("resize", () => {
  clearTimeout(resizing);
  resizing = setTimeout(() => markWideTables(document), 150);
});
