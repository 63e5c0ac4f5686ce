// The end of a shift: early only with a reason, and never silently while something waits to be sent.
import * as clock from "./clock.js";
import { chosenReason, close, open } from "./dialogs.js";
import * as marks from "./marks.js";
import { flush } from "./outbox.js";
import { button, clockTime, element, say, show, write } from "./page.js";
import * as rescue from "./rescue.js";
import { until } from "./screens.js";
import * as store from "./store.js";
import * as work from "./work.js";

const EARLY_MS = 5 * 60 * 1000;

export function prepare(now, changed) {
  const early = () => clock.now() < until(now().walk) - EARLY_MS;
  const unsent = async () => {
    const { waiting } = await store.counts(now().walk?.user);
    write("end-unsent", waiting ? say("endUnsent", { n: waiting }) : say("endAllSent"));
    show("end-unsent-acts", waiting > 0);
  };
  button("open-end", async () => {
    marks.ready();
    open("dialog-end");
    show("end-early", early());
    show("end-own-entry", early());
    write("end-early-words", say("endEarly", { time: clockTime(until(now().walk)) }));
    await unsent();
    await flush();
    await unsent();
  });
  button("end-send", async () => {
    await flush();
    await unsent();
  });
  button("end-save", () => save());
  element("end-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const reason = early() ? chosenReason(event.target, "end-own", "end-wrong") : "";
    if (reason === null) {
      return;
    }
    close("dialog-end");
    await work.end(now().walk, reason);
    marks.tell(say("ended"));
    await changed();
    flush();
  });
}

export async function save() {
  const day = new Date().toISOString().slice(0, 16).replace(/[:T]/g, "-");
  await rescue.save(`anlan-patrol-${day}.json`);
  marks.tell(say("exported"));
}
