// A walk played again on its sketch: a slider over the visits, and a button that steps through them.
const STEP_MS = 700;

function start(box) {
  const bar = box.querySelector(".replay-bar");
  const slider = bar.querySelector("input");
  const words = bar.querySelector("output");
  const steps = [...box.querySelectorAll("[data-step]")];
  if (!steps.length) {
    return;
  }
  let timer = 0;

  function show(number) {
    steps.forEach((step, index) => {
      step.classList.toggle("is-past", index < number);
      step.classList.toggle("is-now", index === number);
    });
    slider.value = number;
    words.textContent = `${number + 1}/${steps.length} · ${steps[number].dataset.words}`;
  }

  function stop() {
    clearInterval(timer);
    timer = 0;
  }

  bar.querySelector("[data-replay-play]").addEventListener("click", () => {
    if (timer) {
      stop();
      return;
    }
    let number = Number(slider.value) + 1 < steps.length ? Number(slider.value) : -1;
    timer = setInterval(() => {
      number += 1;
      show(number);
      if (number === steps.length - 1) {
        stop();
      }
    }, STEP_MS);
  });
  slider.addEventListener("input", () => {
    stop();
    show(Number(slider.value));
  });
  bar.hidden = false;
  show(0);
}

document.querySelectorAll("[data-replay]").forEach(start);
