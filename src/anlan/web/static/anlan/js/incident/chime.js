// Two tones. Browsers let a page sound only after a touch or a key; the first one readies it.
const TONES = [880, 660, 880];
let sound = null;

export function ready() {
  const Context = window.AudioContext || window.webkitAudioContext;
  if (Context && !sound) {
    sound = new Context();
  }
  sound?.resume?.();
}

export function ring() {
  navigator.vibrate?.([200, 100, 200]);
  if (sound?.state !== "running") {
    return;
  }
  TONES.forEach((frequency, number) => {
    const start = sound.currentTime + number * 0.22;
    const tone = sound.createOscillator();
    const volume = sound.createGain();
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(0.3, start);
    volume.gain.exponentialRampToValueAtTime(0.001, start + 0.2);
    tone.connect(volume).connect(sound.destination);
    tone.start(start);
    tone.stop(start + 0.2);
  });
}
