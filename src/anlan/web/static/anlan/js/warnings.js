// Warnings: a template fills the form, the button says what it does, places are added to the list, and the page of
// a warning counts down to what becomes possible and turns itself when somebody else took a step.

const MINUTE_MS = 60000;

function given(id) {
  return JSON.parse(document.getElementById(id)?.textContent || "{}");
}

function setValue(form, name, value) {
  const wanted = Array.isArray(value) ? value.map(String) : [String(value)];
  for (const field of form.elements) {
    if (field.name !== name) {
      continue;
    }
    if (["checkbox", "radio"].includes(field.type)) {
      field.checked = wanted.includes(field.value);
    } else {
      [field.value] = wanted;
    }
  }
}

function chosenLevel(form) {
  return form.querySelector("input[name=level]:checked");
}

class WarningForm {
  constructor(form) {
    this.form = form;
    this.fillings = given("warning-fillings");
    this.instructions = given("warning-instructions");
    this.button = form.querySelector("[data-issue]");
    form.querySelector("[data-templates]")?.addEventListener("change", (event) => this.fill(event.target.value));
    form.addEventListener("change", (event) => this.changed(event.target));
    form.addEventListener("click", (event) => this.addPlace(event));
    form.addEventListener("keydown", (event) => this.key(event));
    this.draw();
  }

  fill(id) {
    const filling = this.fillings[id];
    if (!filling) {
      return;
    }
    for (const [name, value] of Object.entries(filling)) {
      setValue(this.form, name, value);
    }
    this.form.dispatchEvent(new Event("input", { bubbles: true }));
    this.form.dispatchEvent(new Event("anlan:preview", { bubbles: true }));
    this.draw();
  }

  changed(field) {
    if (field.name === "level") {
      this.instruct(field.value);
    }
    this.draw();
  }

  // The measures follow the level as long as nobody has worded them otherwise.
  instruct(level) {
    const known = Object.values(this.instructions);
    const next = this.instructions[level] || ["", ""];
    ["measures_zh", "measures_en"].forEach((name, place) => {
      const field = this.form.elements[name];
      if (field && (!field.value.trim() || known.some((words) => words[place] === field.value))) {
        field.value = next[place];
      }
    });
  }

  draw() {
    const level = chosenLevel(this.form);
    const part = this.form.querySelector("input[name=scope]:checked")?.value === "chosen";
    this.form.querySelector("[data-part-of-city]").hidden = !part;
    const until = this.form.querySelector("input[name=lasts]:checked")?.value === "until";
    const untilField = this.form.querySelector("[data-until-field]");
    if (untilField) {
      untilField.hidden = !until;
    }
    this.form.querySelectorAll("[data-count-of]").forEach((place) => {
      const count = this.form.querySelectorAll(`input[name=${place.dataset.countOf}]:checked`).length;
      place.textContent = count || "";
    });
    if (level && this.button) {
      const second = level.dataset.second === "yes";
      this.button.querySelector("[data-issue-words]").textContent = second
        ? this.button.dataset.wordsSecond
        : this.button.dataset.wordsNow;
      const acts = !second && Boolean(this.button.dataset.ask);
      this.button.classList.toggle("btn-danger", acts);
      this.button.classList.toggle("btn-primary", !acts);
      if (second || !this.button.dataset.ask) {
        delete this.button.dataset.confirm;
      } else {
        this.button.dataset.confirm = this.button.dataset.ask;
      }
    }
  }

  addPlace(event) {
    const button = event.target.closest("[data-add-place]");
    if (!button) {
      return;
    }
    const field = this.form.elements.places;
    const lines = field.value.split("\n").map((line) => line.trim()).filter(Boolean);
    if (!lines.includes(button.dataset.addPlace)) {
      lines.push(button.dataset.addPlace);
    }
    field.value = `${lines.join("\n")}\n`;
    button.disabled = true;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  key(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.button.focus();
      this.button.click();
    } else if (event.key === "Enter" && event.target.matches("[data-find-place]")) {
      event.preventDefault();
      this.form.querySelector("[data-add-place]:not([disabled])")?.click();
    }
  }
}

function countDown() {
  const now = Date.now();
  document.querySelectorAll("[data-until]").forEach((place) => {
    const left = Math.max(Date.parse(place.dataset.until) - now, 0);
    const words = place.querySelector("[data-left]");
    if (words) {
      const time = `${Math.floor(left / MINUTE_MS)}:${String(Math.floor((left % MINUTE_MS) / 1000)).padStart(2, "0")}`;
      words.textContent = left ? ` (${words.dataset.words.replace("{left}", time)})` : "";
    }
  });
  document.querySelectorAll("[data-enabled-from]").forEach((button) => {
    button.disabled = Date.parse(button.dataset.enabledFrom) > now;
  });
}

// When somebody else has taken a step, the buttons of this page are out of date: turn it, unless a reason is being written.
function turnWhenChanged(event) {
  const live = event.target.closest("#warning-live");
  const state = live?.querySelector("[data-state]")?.dataset.state;
  if (state && state !== live.dataset.stateNow) {
    const typing = [...document.querySelectorAll(".reason-form input[name=reason]")].some((field) => field.value);
    if (!typing) {
      window.location.reload();
    }
  }
}

document.querySelectorAll("[data-warning-form]").forEach((form) => new WarningForm(form));
document.addEventListener("anlan:refreshed", turnWhenChanged);
if (document.querySelector("[data-until], [data-enabled-from]")) {
  countDown();
  setInterval(countDown, 1000);
}
