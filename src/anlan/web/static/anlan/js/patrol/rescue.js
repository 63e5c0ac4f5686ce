// Saving what was not delivered to a file, and taking such a file in again, on this or another phone.
import * as store from "./store.js";

const FORMAT = "anlan-patrol-records-1";

export async function save(name) {
  const records = [...(await store.inState("records", "waiting")), ...(await store.inState("records", "refused"))];
  const photos = [...(await store.inState("photos", "waiting")), ...(await store.inState("photos", "refused"))];
  const content = {
    format: FORMAT,
    saved_at: new Date().toISOString(),
    records: records.map(({ seq, ...record }) => record),
    photos: await Promise.all(photos.map(async ({ blob, ...photo }) => ({ ...photo, content: await asText(blob) }))),
  };
  const address = URL.createObjectURL(new Blob([JSON.stringify(content)], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

// How many records were new here; null when it is no such file.
export async function take(file) {
  let content;
  try {
    content = JSON.parse(await file.text());
  } catch {
    return null;
  }
  if (content?.format !== FORMAT || !Array.isArray(content.records)) {
    return null;
  }
  let taken = 0;
  for (const record of content.records) {
    if (!(await store.record(record.id))) {
      await store.addRecord({ ...record, state: "waiting", tries: 0, hold: 0 });
      taken += 1;
    }
  }
  for (const { content: text, ...photo } of content.photos || []) {
    await store.addPhoto({ ...photo, blob: asBlob(text), state: "waiting" });
  }
  return taken;
}

function asText(blob) {
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.readAsDataURL(blob);
  });
}

function asBlob(text) {
  const bytes = Uint8Array.from(atob(text.slice(text.indexOf(",") + 1)), (letter) => letter.charCodeAt(0));
  return new Blob([bytes], { type: "image/jpeg" });
}
