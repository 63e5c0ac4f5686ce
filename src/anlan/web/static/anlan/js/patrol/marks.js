// Telling the guard that something is kept: a sound, a vibration and words.
import { element } from "./page.js";

const TONES = { good: [880, 1320], odd: [520, 520], bad: [300, 220] };
const BEATS = { good: [80], odd: [80, 80, 80], bad: [300] };
let sound = null;
const lines = new Map();

// Browsers let a page sound only after a touch; the first one readies it.
export function ready() {
  const Context = window.AudioContext || window.webkitAudioContext;
  if (Context && !sound) {
    sound = new Context();
  }
  sound?.resume?.();
}

// One line for each topic: a later word on the same topic takes the place of the earlier, words on others stay. So
// what the server says about the level never talks over a scan that was just recorded, nor the other way round.
export function tell(text, tone = "good", topic = "step") {
  const place = element("said");
  lines.get(topic)?.line.remove();
  clearTimeout(lines.get(topic)?.clearing);
  const line = document.createElement("p");
  line.textContent = text;
  line.dataset.tone = tone;
  line.dataset.topic = topic;
  place.append(line);
  place.hidden = false;
  const clearing = setTimeout(() => {
    line.remove();
    lines.delete(topic);
    place.hidden = lines.size === 0;
  }, tone === "good" ? 6000 : 12000);
  lines.set(topic, { line, clearing });
  signal(tone);
}

// The sound and the vibration alone.
export function signal(tone) {
  navigator.vibrate?.(BEATS[tone]);
  play(TONES[tone]);
}

function play(tones) {
  if (sound?.state !== "running") {
    return;
  }
  tones.forEach((frequency, number) => {
    const start = sound.currentTime + number * 0.13;
    const tone = sound.createOscillator();
    const volume = sound.createGain();
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(0.25, start);
    volume.gain.exponentialRampToValueAtTime(0.001, start + 0.12);
    tone.connect(volume).connect(sound.destination);
    tone.start(start);
    tone.stop(start + 0.13);
  });
}
