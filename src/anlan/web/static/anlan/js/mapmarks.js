// Marks of places: colour and shape say the state, so that neither has to be told apart alone.
const SIZE = 44;
const SHAPES = {
  "not-evidenced": ["bad-solid", "square"],
  overdue: ["warn-solid", "triangle"],
  due: ["info-solid", "diamond"],
  late: ["olive-solid", "circle"],
  recorded: ["good-solid", "circle"],
  waived: ["violet-solid", "circle"],
  cut: ["sand-solid", "circle"],
  upcoming: ["neutral-solid", "circle"],
  nothing: ["neutral-solid", "ring"],
};

export const STATES = Object.keys(SHAPES);

export function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--an-${name}`).trim();
}

function outline(pen, shape) {
  const middle = SIZE / 2;
  pen.beginPath();
  if (shape === "triangle") {
    pen.moveTo(middle, 6);
    pen.lineTo(SIZE - 6, SIZE - 9);
    pen.lineTo(6, SIZE - 9);
  } else if (shape === "square") {
    pen.roundRect(9, 9, SIZE - 18, SIZE - 18, 3);
  } else if (shape === "diamond") {
    pen.moveTo(middle, 6);
    pen.lineTo(SIZE - 6, middle);
    pen.lineTo(middle, SIZE - 6);
    pen.lineTo(6, middle);
  } else {
    pen.arc(middle, middle, shape === "ring" ? 10 : 12, 0, 2 * Math.PI);
  }
  pen.closePath();
}

function sign(pen, state) {
  const middle = SIZE / 2;
  pen.strokeStyle = "#fff";
  pen.lineWidth = 3;
  pen.lineCap = "round";
  pen.beginPath();
  if (state === "not-evidenced") {
    pen.moveTo(middle - 5, middle - 5);
    pen.lineTo(middle + 5, middle + 5);
    pen.moveTo(middle + 5, middle - 5);
    pen.lineTo(middle - 5, middle + 5);
  } else if (state === "overdue") {
    pen.moveTo(middle, 18);
    pen.lineTo(middle, 25);
    pen.moveTo(middle, 30.5);
    pen.lineTo(middle, 30.6);
  } else if (state === "recorded" || state === "late") {
    pen.moveTo(middle - 5, middle + 0.5);
    pen.lineTo(middle - 1.5, middle + 4);
    pen.lineTo(middle + 5.5, middle - 4);
  }
  pen.stroke();
}

function picture(state) {
  const [colour, shape] = SHAPES[state];
  const canvas = document.createElement("canvas");
  canvas.width = SIZE;
  canvas.height = SIZE;
  const pen = canvas.getContext("2d");
  pen.lineJoin = "round";
  outline(pen, shape);
  pen.lineWidth = 5;
  pen.strokeStyle = token("surface");
  pen.stroke();
  pen.fillStyle = shape === "ring" ? token("surface") : token(colour);
  pen.fill();
  if (shape === "ring") {
    pen.lineWidth = 3;
    pen.strokeStyle = token(colour);
    pen.stroke();
  }
  sign(pen, state);
  return pen.getImageData(0, 0, SIZE, SIZE);
}

export function addTo(map) {
  for (const state of STATES) {
    const name = `place-${state}`;
    if (map.hasImage(name)) {
      map.removeImage(name);
    }
    map.addImage(name, picture(state), { pixelRatio: 1.6 });
    const small = `small-${state}`;
    if (map.hasImage(small)) {
      map.removeImage(small);
    }
    map.addImage(small, picture(state), { pixelRatio: 3.1 });
  }
}

// Places close together: one circle with the worst state among them, by the colour of its ring, its sign and its gaps.
const OF_CLUSTER = ["not-evidenced", "overdue", "due", "recorded"];

export function countsOfCluster() {
  const settled = ["recorded", "late", "waived", "cut", "upcoming"];
  const among = (states) => ["+", ["case", ["in", ["get", "state"], ["literal", states]], 1, 0]];
  return {
    ...Object.fromEntries(OF_CLUSTER.slice(0, 3).map((state) => [state, among([state])])),
    recorded: among(settled),
    gaps: ["+", ["coalesce", ["get", "gaps"], 0]],
  };
}

// What belongs to the worst state among the places of a cluster.
function byWorst(give, otherwise) {
  return ["case", ...OF_CLUSTER.flatMap((state) => [[">", ["get", state], 0], give(state)]), otherwise];
}

export function ringOfCluster() {
  return byWorst((state) => token(SHAPES[state][0]), token("neutral-solid"));
}

export function labelOfCluster() {
  const gaps = ["get", "gaps"];
  const short = [
    "case",
    [">=", gaps, 1000],
    ["concat", ["to-string", ["/", ["round", ["/", gaps, 100]], 10]], "k"],
    ["to-string", gaps],
  ];
  return [
    "format",
    ["get", "point_count_abbreviated"],
    { "font-scale": 1 },
    "\n",
    {},
    ["image", byWorst((state) => `small-${state}`, "small-nothing")],
    {},
    ["case", [">", gaps, 0], ["concat", "\u2009", short], ""],
    { "font-scale": 0.85 },
  ];
}
