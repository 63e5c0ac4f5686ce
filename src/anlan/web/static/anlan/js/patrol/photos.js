// Photos: made small on the phone, drawn anew without position or camera data, named by their content.
import * as store from "./store.js";

const LONGEST = 1600;
const QUALITY = 0.82;

export async function keepPhoto(walk, visit, file) {
  const blob = await small(file);
  const bytes = await crypto.subtle.digest("SHA-256", await blob.arrayBuffer());
  const sha256 = [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const taken = new Date(Math.min(file.lastModified || Date.now(), Date.now())).toISOString();
  const key = `${visit}/${sha256}`;
  await store.addPhoto({
    key, sha256, visit, walk: walk.id, user: walk.user, blob, taken, at: Date.now(), state: "waiting",
  });
}

async function small(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const part = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * part));
  canvas.height = Math.max(1, Math.round(picture.height * part));
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/jpeg", QUALITY);
  });
}
