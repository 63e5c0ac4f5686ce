// Notifications: this browser asks for pushes, or wants them no longer. The page says in words what is possible here.
const box = document.querySelector("[data-push]");

function say(name) {
  for (const line of box.querySelectorAll("[data-push-state]")) {
    line.hidden = line.dataset.pushState !== name;
  }
  box.querySelector("[data-push-on]").hidden = name !== "off";
  box.querySelector("[data-push-off]").hidden = name !== "on";
}

function bytes(text) {
  const whole = text.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(whole), (letter) => letter.codePointAt(0));
}

function send(address, body) {
  const token = document.querySelector("meta[name=csrf-token]").content;
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
  return fetch(address, { method: "POST", headers, body: JSON.stringify(body) });
}

async function registration() {
  return navigator.serviceWorker.register(box.dataset.worker, { scope: "/push/" });
}

async function draw() {
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) {
    say("unable");
    return;
  }
  if (Notification.permission === "denied") {
    say("denied");
    return;
  }
  const known = await (await registration()).pushManager.getSubscription();
  say(known ? "on" : "off");
}

async function turnOn() {
  const worker = await registration();
  if ((await Notification.requestPermission()) !== "granted") {
    await draw();
    return;
  }
  const options = { userVisibleOnly: true, applicationServerKey: bytes(box.dataset.key) };
  try {
    const made = await worker.pushManager.subscribe(options);
    const answer = await send(box.dataset.subscribe, made.toJSON());
    if (!answer.ok) {
      await made.unsubscribe();
      say("failed");
      return;
    }
  } catch {
    say("failed");
    return;
  }
  await draw();
}

async function turnOff() {
  const known = await (await registration()).pushManager.getSubscription();
  if (known) {
    await send(box.dataset.end, { endpoint: known.endpoint });
    await known.unsubscribe();
  }
  await draw();
}

if (box) {
  box.querySelector("[data-push-on]").addEventListener("click", turnOn);
  box.querySelector("[data-push-off]").addEventListener("click", turnOff);
  await draw();
}
