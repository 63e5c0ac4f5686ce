// Runs before the first paint, so that "like the device" does not flash.
(function () {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  function settle() {
    const choice = root.dataset.themeChoice || "auto";
    root.setAttribute("data-bs-theme", choice === "auto" ? (dark.matches ? "dark" : "light") : choice);
    document.dispatchEvent(new CustomEvent("anlan:theme"));
  }
  window.anlanSettleTheme = settle;
  dark.addEventListener("change", settle);
  // Paper is white: charts and maps are drawn anew for it.
  window.addEventListener("beforeprint", function () {
    root.setAttribute("data-bs-theme", "light");
    document.dispatchEvent(new CustomEvent("anlan:theme"));
  });
  window.addEventListener("afterprint", settle);
  settle();
})();
