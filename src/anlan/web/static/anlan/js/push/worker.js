// The service worker of notifications: shows what is pushed, and opens its page when it is pressed.
self.addEventListener("push", (event) => {
  const said = event.data ? event.data.json() : {};
  event.waitUntil(
    self.registration.showNotification(said.title || "安澜 Anlan", {
      body: said.text || "",
      tag: said.id || "anlan",
      data: { link: said.link || "/" },
      requireInteraction: true,
    }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const target = new URL(event.notification.data.link, self.location.origin);
  event.waitUntil(
    (async () => {
      const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
      const open = windows.find((each) => each.url === target.href);
      await (open ? open.focus() : self.clients.openWindow(target.href));
    })(),
  );
});
