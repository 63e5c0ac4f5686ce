// The dialogs of a round: scanning, typing, what could not be reached, notes, the level.
import * as camera from "./camera.js";
import * as codes from "./codes.js";
import { button, element, nameOf, say, write } from "./page.js";
import * as marks from "./marks.js";
import { flush } from "./outbox.js";
import { keepPhoto } from "./photos.js";
import * as store from "./store.js";
import * as work from "./work.js";

let looking = null;
let lit = false;

export function open(id) {
  const dialog = element(id);
  dialog.querySelectorAll("form").forEach((form) => form.reset());
  dialog.querySelectorAll(".wrong").forEach((place) => {
    place.textContent = "";
  });
  if (!dialog.open) {
    dialog.showModal();
  }
}

export function close(id) {
  element(id).close();
}

// `now()` gives the walk and the next checkpoint at the moment of asking.
export function prepare(now, changed) {
  document.querySelectorAll("[data-close]").forEach((one) => {
    one.addEventListener("click", () => one.closest("dialog").close());
  });
  element("dialog-scan").addEventListener("close", stopLooking);
  const taken = (content, way) => keepScan(now, changed, content, way);
  prepareScan(taken);
  prepareTyping(taken);
  prepareMissed(now, changed);
  prepareNotes(now, changed);
  prepareLevel(now, changed);
}

async function keepScan(now, changed, content, way) {
  const { walk, checkpoint } = now();
  const { record, found } = await work.scan(walk, content, way);
  const seen = record.checkpoint;
  const last = { id: record.id, checkpoint: seen };
  await store.changeWalk(walk.id, (one) =>
    seen ? { ...one, last, seen, seenAt: record.at } : { ...one, last },
  );
  await changed();
  if (!found) {
    marks.tell(say("unknownCode"), "odd");
  } else if (found.void) {
    marks.tell(say("voidCode"), "odd");
  } else {
    const name = nameOf(found.checkpoint.name);
    // Only if it is so after all that came in meanwhile: the level may have changed, or another round been there.
    const still = checkpoint && checkpoint.code !== found.checkpoint.code && now().checkpoint?.code === checkpoint.code;
    marks.tell(still ? say("recordedOther", { name, next: nameOf(checkpoint.name) }) : say("recorded", { name }));
    if (walk.bundle.asks_photo) {
      element("photo").click();
    }
  }
  flush();
}

// ---- scanning ----------------------------------------------------------------------------------

function prepareScan(taken) {
  const read = async (content, way) => {
    if (!codes.tokenIn(content)) {
      write("scan-words", say("notOurs"));
      return false;
    }
    close("dialog-scan");
    await taken(content, way);
    return true;
  };
  const look = async () => {
    write("scan-words", say("cameraLooking"));
    try {
      looking = await camera.look(element("video"), async (content) => {
        if (!(await read(content, "qr")) && element("dialog-scan").open) {
          look();
        }
      });
      element("torch").hidden = !looking.torch;
    } catch {
      write("scan-words", say("cameraRefused"));
    }
  };
  button("open-scan", () => {
    marks.ready();
    open("dialog-scan");
    look();
  });
  button("torch", () => {
    lit = !lit;
    looking?.torch?.(lit).catch(() => {});
    element("torch").setAttribute("aria-pressed", String(lit));
  });
  element("picture").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    event.target.value = "";
    const content = file ? await camera.inPicture(file).catch(() => null) : null;
    if (!content) {
      write("scan-words", say("nothingInPicture"));
    } else if (await read(content, "qr")) {
      stopLooking();
    }
  });
  element("open-tag").hidden = !camera.hasTags;
  button("open-tag", async () => {
    marks.ready();
    try {
      await camera.tag((content) => read(content, "nfc"), () => marks.tell(say("nfcFailed"), "bad"));
      marks.tell(say("nfcReady"));
    } catch {
      marks.tell(say("nfcFailed"), "bad");
    }
  });
}

function stopLooking() {
  looking?.stop();
  looking = null;
  lit = false;
  element("torch").setAttribute("aria-pressed", "false");
}

function prepareTyping(taken) {
  const begin = () => {
    marks.ready();
    element("dialog-scan").close();
    open("dialog-type");
    element("typed").focus();
  };
  button("open-type", begin);
  button("scan-type", begin);
  element("type-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const letters = codes.typed(element("typed").value);
    if (!letters) {
      write("type-wrong", say("wrongTyped"));
      return;
    }
    close("dialog-type");
    await taken(letters, "typed");
  });
}

// ---- not reached, notes, photos ----------------------------------------------------------------

// The reason that was chosen, with the guard's own words; null and a word of what is missing.
export function chosenReason(form, own, wrong) {
  const key = new FormData(form).get("reason");
  const words = element(own).value.trim();
  if (!key || (key === "other" && !words)) {
    write(wrong, say(key ? "ownWordsNeeded" : "reasonNeeded"));
    return null;
  }
  return words ? `${key}: ${words}` : key;
}

function prepareMissed(now, changed) {
  let about = null;
  button("open-missed", () => {
    marks.ready();
    about = now().checkpoint;
    if (about) {
      open("dialog-missed");
      write("missed-name", nameOf(about.name));
    }
  });
  element("missed-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const reason = chosenReason(event.target, "missed-own", "missed-wrong");
    if (!reason) {
      return;
    }
    close("dialog-missed");
    const { walk } = now();
    const record = await work.miss(walk, about.code, reason);
    await store.changeWalk(walk.id, (one) => ({ ...one, last: { id: record.id, checkpoint: about.code } }));
    await changed();
    marks.tell(say("missedKept", { name: nameOf(about.name) }));
    flush();
  });
}

function prepareNotes(now, changed) {
  button("open-note", async () => {
    const record = await store.record(now().walk.last.id);
    open("dialog-note");
    element("note").value = record.body.note || "";
  });
  element("note-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    close("dialog-note");
    await work.note(now().walk.last.id, element("note").value.trim());
    await changed();
    marks.tell(say("noteKept"));
    flush();
  });
  element("photo").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    event.target.value = "";
    const { walk } = now();
    if (!file || !walk.last) {
      return;
    }
    try {
      await keepPhoto(walk, walk.last.id, file);
      marks.tell(say("photoKept"));
    } catch {
      marks.tell(say("photoFailed"), "bad");
    }
    await changed();
    flush();
  });
}

// ---- the level ----------------------------------------------------------------------------------

function prepareLevel(now, changed) {
  button("level", () => open("dialog-level"));
  document.querySelectorAll("[data-level]").forEach((one) => {
    one.addEventListener("click", async () => {
      close("dialog-level");
      const { walk } = now();
      const { level } = one.dataset;
      await work.toldByRadio(walk, level === walk.level ? null : level);
      marks.tell(say("levelChanged", { level: say(`level_${level}`) }), "good", "level");
      await changed();
    });
  });
}
