// Reading codes: from the camera, from a picture, from a tag. The browser's own reader where it has one.
import { addresses } from "./page.js";

const EVERY_MS = 120;
let reader = null;

async function makeReader() {
  const own = window.BarcodeDetector;
  const formats = own ? await own.getSupportedFormats().catch(() => []) : [];
  if (formats.includes("qr_code")) {
    return new own({ formats: ["qr_code"] });
  }
  const { BarcodeDetector, prepareZXingModule } = window.BarcodeDetectionAPI;
  const locateFile = (path, prefix) => (path.endsWith(".wasm") ? addresses.scan + path : prefix + path);
  await prepareZXingModule({ overrides: { locateFile }, fireImmediately: true });
  return new BarcodeDetector({ formats: ["qr_code"] });
}

// Loaded when the shift begins, so that the first scan does not wait for it.
export function prepare() {
  reader ??= makeReader().catch((fault) => {
    reader = null;
    throw fault;
  });
  return reader;
}

// Looks until a code is found or `stop` is called.
export async function look(video, found) {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: false,
    video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } },
  });
  const [track] = stream.getVideoTracks();
  let looking = true;
  const stop = () => {
    looking = false;
    stream.getTracks().forEach((one) => one.stop());
    video.srcObject = null;
  };
  video.srcObject = stream;
  await video.play();
  const detector = await prepare();
  const step = async () => {
    if (!looking) {
      return;
    }
    const codes = video.readyState >= 2 ? await detector.detect(video).catch(() => []) : [];
    if (looking && codes.length) {
      stop();
      found(codes[0].rawValue);
      return;
    }
    setTimeout(step, EVERY_MS);
  };
  step();
  const hasTorch = Boolean(track.getCapabilities?.().torch);
  const torch = hasTorch ? (on) => track.applyConstraints({ advanced: [{ torch: on }] }) : null;
  return { stop, torch };
}

export async function inPicture(file) {
  const detector = await prepare();
  const picture = await createImageBitmap(file);
  try {
    const codes = await detector.detect(picture);
    return codes.length ? codes[0].rawValue : null;
  } finally {
    picture.close();
  }
}

export const hasTags = "NDEFReader" in window;

// Reads one tag; the same address is written on it as is printed in the QR.
export async function tag(found, failed) {
  const reading = new AbortController();
  const tags = new window.NDEFReader();
  await tags.scan({ signal: reading.signal });
  tags.onreadingerror = () => failed();
  tags.onreading = ({ message }) => {
    const address = message.records.find((record) => record.recordType === "url" || record.recordType === "text");
    reading.abort();
    if (address) {
      found(new TextDecoder().decode(address.data));
    } else {
      failed();
    }
  };
  return () => reading.abort();
}
