// Forms not sent yet: kept on this device at once and on the server a moment later, put back on any device, and
// forgotten when the server has taken the form. Passwords, one-time codes and files are never kept.
import { filled, text } from "./texts.js";
import { announce } from "./toasts.js";

const SERVER_WAIT_MS = 1500;
const DEVICE_WAIT_MS = 300;
// Signing out waits no longer than this for the server to keep what is typed.
const SIGN_OUT_WAIT_MS = 3000;
const SAID_EVERY_MS = 60000;
const PREFIX = "draft:";
const drafts = new WeakMap();
const all = new Set();

function isSecret(field) {
  return (
    ["password", "file"].includes(field.type) ||
    /one-time-code|password/.test(field.autocomplete) ||
    ["csrfmiddlewaretoken", "draft-of"].includes(field.name)
  );
}

function fieldsOf(form) {
  return [...form.elements].filter((field) => field.name && "value" in field && field.type !== "submit");
}

function isChanged(field) {
  if (["checkbox", "radio"].includes(field.type)) {
    return field.checked !== field.defaultChecked;
  }
  if (field instanceof HTMLSelectElement) {
    const chosen = [...field.options].some((option) => option.defaultSelected);
    return [...field.options].some(
      (option, place) => option.selected !== (chosen || field.multiple ? option.defaultSelected : place === 0),
    );
  }
  return field.value !== field.defaultValue;
}

function valuesOf(form, name) {
  return fieldsOf(form)
    .filter((field) => field.name === name)
    .flatMap((field) => {
      if (["checkbox", "radio"].includes(field.type)) {
        return field.checked ? [field.value] : [];
      }
      return field instanceof HTMLSelectElement ? [...field.selectedOptions].map((o) => o.value) : [field.value];
    });
}

function clockTime(at) {
  const zone = text("zone") || undefined;
  const day = (moment) => new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeZone: zone }).format(moment);
  const time = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone });
  return day(at) === day(Date.now()) ? time.format(at) : `${day(at)} ${time.format(at)}`;
}

class Draft {
  constructor(form, holder) {
    this.form = form;
    this.address = holder.value;
    this.url = holder.dataset.url;
    this.key = `${PREFIX}${holder.dataset.owner}:${this.address}`;
    this.offset = Date.parse(holder.dataset.now) - Date.now();
    this.names = new Set();
    this.typed = 0;
    this.onDevice = 0;
    this.onServer = 0;
    this.isSent = false;
    this.state = document.createElement("span");
    this.state.className = "draft-state";
    const foot = form.querySelector(".record-foot, .form-foot");
    (foot || form).append(this.state);
    this.takeUp(holder);
    form.addEventListener("input", () => this.typedIn());
    form.addEventListener("submit", () => this.sent());
  }

  // ---- putting back ----

  takeUp(holder) {
    const server = { at: Date.parse(holder.dataset.savedAt) || 0, fields: JSON.parse(holder.dataset.fields) };
    const local = this.local();
    const newest = local && local.at > server.at ? local : server;
    newest.fields.forEach(([name]) => this.names.add(name));
    if (newest === local && local.dropped) {
      this.send("DELETE", {}, true);
      return;
    }
    if (!newest.at || !newest.fields.length) {
      return;
    }
    this.onServer = newest === server || local.kept ? 1 : 0;
    this.show(newest.at, this.onServer ? "draftSaved" : "draftLocal");
    if (holder.dataset.isAnswer === undefined && this.putBack(newest.fields)) {
      this.tell(newest.at);
      if (!this.onServer) {
        this.typed = 1;
        this.later(SERVER_WAIT_MS);
      }
    }
  }

  putBack(pairs) {
    const values = new Map();
    pairs.forEach(([name, value]) => values.set(name, [...(values.get(name) || []), value]));
    const met = new WeakSet();
    const put = () => {
      let changed = 0;
      for (const field of fieldsOf(this.form)) {
        const wanted = values.get(field.name);
        const isNew = !met.has(field);
        met.add(field);
        if (!wanted || !isNew || isSecret(field)) {
          continue;
        }
        const before = valuesOf(this.form, field.name).join("\n");
        if (["checkbox", "radio"].includes(field.type)) {
          field.checked = wanted.includes(field.value);
        } else if (field instanceof HTMLSelectElement) {
          [...field.options].forEach((option) => {
            option.selected = wanted.includes(option.value);
          });
        } else {
          field.value = wanted[0];
        }
        if (valuesOf(this.form, field.name).join("\n") !== before) {
          changed += 1;
          field.closest("details")?.setAttribute("open", "");
          field.dispatchEvent(new Event("change", { bubbles: true }));
        }
      }
      return changed;
    };
    // A choice may fetch the fields that go with it; what was typed into those is put back when they are there,
    // and only into those: the others may have been typed in since.
    this.form.addEventListener("htmx:afterSettle", put, { once: true });
    return put();
  }

  tell(at) {
    const note = document.getElementById("draft-pattern")?.content.firstElementChild.cloneNode(true);
    if (!note) {
      return;
    }
    note.querySelector("[data-words]").textContent = filled(text("draftBack"), { time: clockTime(at) });
    note.querySelector("[data-draft-drop]").addEventListener("click", () => this.drop());
    const errors = this.form.querySelector(".error-summary");
    const first = [...this.form.children].find((child) => child.type !== "hidden") || this.form.firstChild;
    if (errors) {
      errors.before(note);
    } else {
      (first.matches?.(".stack, .card-body") ? first : this.form).prepend(note);
    }
    this.note = note;
  }

  async drop() {
    this.isSent = true;
    clearTimeout(this.timer);
    clearTimeout(this.deviceTimer);
    localStorage.setItem(this.key, JSON.stringify({ at: this.now(), fields: [], dropped: true }));
    this.typed = 0;
    if (await this.send("DELETE", {})) {
      localStorage.removeItem(this.key);
      window.location.reload();
      return;
    }
    this.form.reset();
    this.note?.remove();
    this.state.textContent = "";
    this.names.clear();
    this.isSent = false;
  }

  // ---- keeping ----

  now() {
    return Date.now() + this.offset;
  }

  local() {
    try {
      const kept = JSON.parse(localStorage.getItem(this.key));
      return kept && Array.isArray(kept.fields) ? kept : null;
    } catch {
      return null;
    }
  }

  entries() {
    const changed = fieldsOf(this.form).filter((field) => !isSecret(field));
    const given = changed.find((field) => field.name === "id" && field.type === "hidden");
    changed.filter(isChanged).forEach((field) => field.type !== "hidden" && this.names.add(field.name));
    const names = [...new Set(changed.map((field) => field.name))].filter((name) => this.names.has(name));
    const pairs = names.flatMap((name) => {
      const values = valuesOf(this.form, name);
      return (values.length ? values : [""]).map((value) => [name, value]);
    });
    // The record's own number goes with it: sent twice over a broken line, it is recorded once.
    return given && pairs.length ? [["id", given.value], ...pairs.filter(([name]) => name !== "id")] : pairs;
  }

  typedIn() {
    this.typed += 1;
    clearTimeout(this.deviceTimer);
    this.deviceTimer = setTimeout(() => this.keepHere(), DEVICE_WAIT_MS);
    this.later(SERVER_WAIT_MS);
  }

  later(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.keep(), wait);
  }

  keepHere(kept = false, at = this.now()) {
    clearTimeout(this.deviceTimer);
    try {
      localStorage.setItem(this.key, JSON.stringify({ at, fields: this.entries(), kept }));
      this.onDevice = this.typed;
    } catch {
      // No room on this device: the server's copy remains.
    }
  }

  async keep(leaving = false) {
    clearTimeout(this.timer);
    if (this.isSent || this.onServer >= this.typed || !this.typed) {
      return;
    }
    this.keepHere();
    if (this.busy && !leaving) {
      this.later(SERVER_WAIT_MS);
      return;
    }
    const typed = this.typed;
    const answer = await this.send("POST", { fields: this.entries() }, leaving);
    if (answer && !this.isSent) {
      const at = Date.parse(answer.saved_at);
      this.onServer = Math.max(this.onServer, typed);
      if (typed === this.typed) {
        this.keepHere(true, at);
      }
      this.show(at, "draftSaved", true);
    } else if (!this.isSent && !leaving) {
      this.show(this.now(), "draftLocal", true);
    }
  }

  async send(method, body, leaving = false) {
    this.stop = new AbortController();
    this.busy = true;
    try {
      const answer = await fetch(this.url, {
        method,
        headers: {
          "Content-Type": "application/json",
          "X-CSRFToken": document.querySelector("meta[name=csrf-token]").content,
        },
        body: JSON.stringify({ address: this.address, ...body }),
        credentials: "same-origin",
        redirect: "manual",
        keepalive: leaving,
        signal: leaving ? undefined : this.stop.signal,
      });
      return answer.ok ? await answer.json() : null;
    } catch {
      return null;
    } finally {
      this.busy = false;
    }
  }

  // Sent is not taken: the copy here stays until the server says so (see forgetTaken).
  sent() {
    queueMicrotask(() => {
      clearTimeout(this.timer);
      this.keepHere();
      this.isSent = true;
      this.stop?.abort();
      setTimeout(() => {
        this.isSent = false;
      }, 8000);
    });
  }

  show(at, words, aloud = false) {
    this.state.textContent = filled(text(words), { time: clockTime(at) });
    if (aloud && Date.now() - (this.saidAt || 0) > SAID_EVERY_MS) {
      this.saidAt = Date.now();
      announce(this.state.textContent);
    }
  }

  get isSafe() {
    const lost = fieldsOf(this.form).some(
      (field) => ["password", "file"].includes(field.type) && field.value !== "" && isChanged(field),
    );
    return !lost && Math.max(this.onServer, this.onDevice) >= this.typed;
  }
}

// The server names in a cookie the form that it has taken; its copy on this device is done with.
function forgetTaken() {
  const found = document.cookie.match(/(?:^|; )draft-done=([^;]*)/);
  if (!found) {
    return;
  }
  const address = decodeURIComponent(found[1]);
  Object.keys(localStorage)
    .filter((key) => key.startsWith(PREFIX) && key.endsWith(`:${address}`))
    .forEach((key) => localStorage.removeItem(key));
  document.cookie = "draft-done=; max-age=0; path=/; samesite=lax";
}

function forgetAllHere() {
  Object.keys(localStorage)
    .filter((key) => key.startsWith(PREFIX))
    .forEach((key) => localStorage.removeItem(key));
}

async function signOut(form) {
  const late = new Promise((resolve) => setTimeout(resolve, SIGN_OUT_WAIT_MS));
  await Promise.race([Promise.all([...all].map((draft) => draft.keep())), late]);
  all.forEach((draft) => {
    draft.isSent = true;
    draft.typed = 0;
  });
  forgetAllHere();
  form.submit();
}

/** Whether leaving the page would lose what stands in this form. */
export function wouldLose(form) {
  const draft = drafts.get(form);
  if (!draft) {
    return fieldsOf(form).some((field) => field.type !== "hidden" && isChanged(field));
  }
  if (draft.onDevice < draft.typed) {
    draft.keepHere();
  }
  return !draft.isSafe;
}

export function prepare(root) {
  root.querySelectorAll("input[data-draft]").forEach((holder) => {
    if (holder.form && !drafts.has(holder.form)) {
      const draft = new Draft(holder.form, holder);
      drafts.set(holder.form, draft);
      all.add(draft);
    }
  });
}

export function start() {
  forgetTaken();
  const keepAll = () => all.forEach((draft) => draft.keep(true));
  window.addEventListener("pagehide", keepAll);
  document.addEventListener("visibilitychange", () => document.hidden && keepAll());
  window.addEventListener("online", () => all.forEach((draft) => draft.later(0)));
  window.addEventListener("pageshow", forgetTaken);
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-sign-out]")) {
      event.preventDefault();
      signOut(event.target);
    }
  });
}

