// The wall screen: panels take turns, with a dot for each; nobody has to touch anything.
const body = document.body;
const dots = document.querySelector("[data-panel-dots]");
let shown = 0;

function panels() {
  return [...document.querySelectorAll("[data-panel]")];
}

function show() {
  const all = panels();
  if (!all.length) {
    return;
  }
  shown %= all.length;
  all.forEach((panel, place) => panel.toggleAttribute("hidden", place !== shown));
  dots.replaceChildren(
    ...(all.length > 1 ? all : []).map((_panel, place) => {
      const dot = document.createElement("i");
      dot.classList.toggle("is-current", place === shown);
      return dot;
    }),
  );
  window.dispatchEvent(new Event("resize"));
}

show();
document.addEventListener("anlan:refreshed", show);
setInterval(() => {
  shown += 1;
  show();
}, 1000 * Number(body.dataset.rotateSeconds || 20));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    history.back();
  }
});
