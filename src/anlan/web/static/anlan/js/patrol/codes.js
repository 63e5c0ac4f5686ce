// Codes as the phone knows them: the token in an address, the letters to type, and their digests in the loaded shift.
const ADDRESS = /\/c\/([A-Za-z0-9_-]{16,40})\/?(?:\?t=\d{1,12}\.[0-9a-f]{16})?$/;
const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

export function tokenIn(content) {
  const found = ADDRESS.exec(content.trim());
  return found ? found[1] : null;
}

// The typed letters as they ought to be written; null when one is wrong or missing (the last checks the others).
export function typed(text) {
  const plain = text
    .normalize("NFKC")
    .toUpperCase()
    .replace(/O/g, "0")
    .replace(/[IL]/g, "1")
    .replace(/[\s\-\u2010-\u2015\u2212]/g, "");
  if (plain.length !== 8 || [...plain].some((letter) => !LETTERS.includes(letter))) {
    return null;
  }
  return checkLetter(plain.slice(0, 7)) === plain[7] ? plain : null;
}

function checkLetter(letters) {
  let total = 0;
  [...letters].reverse().forEach((letter, position) => {
    const value = LETTERS.indexOf(letter) * (position % 2 === 0 ? 2 : 1);
    total += Math.floor(value / 32) + (value % 32);
  });
  return LETTERS[(32 - (total % 32)) % 32];
}

export async function digest(text) {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Which checkpoint of the loaded shift a scan or typed code belongs to: { checkpoint, void } or null.
export async function recognised(content, way, checkpoints) {
  const field = way === "typed" ? "typed_sha256" : "token_sha256";
  const plain = way === "typed" ? typed(content) : tokenIn(content);
  if (!plain) {
    return null;
  }
  const wanted = await digest(plain);
  for (const checkpoint of checkpoints) {
    const code = checkpoint.codes.find((one) => one[field] === wanted);
    if (code) {
      return { checkpoint, void: code.void };
    }
  }
  return null;
}
