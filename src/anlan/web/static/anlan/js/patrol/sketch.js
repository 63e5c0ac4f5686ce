// Where the next checkpoint lies: on the piece of the base map that the phone keeps, or, without one, among the others.
// The phone's own position is not shown; the page asks for it at a scan and only where the place asks.
import * as labels from "./labels.js";

const SPACE = "http://www.w3.org/2000/svg";
const WIDTH = 360;
const HEIGHT = 240;
const MARGIN = 40;
const METRES_A_DEGREE = (6_371_000 * Math.PI) / 180;
const WIDEST_METRES = 500;
// A map shows what lies around the checkpoints too; a sketch has nothing there to show.
const ROOM = { map: { least: 120, share: 1.25 }, sketch: { least: 30, share: 1 } };
const PAPER = { width: WIDTH, height: HEIGHT };
// Where the north arrow and the bar of lengths are.
const FURNITURE = [
  { left: WIDTH - 34, top: 0, right: WIDTH, bottom: 40 },
  { left: 0, top: HEIGHT - 26, right: 160, bottom: HEIGHT },
];
const BARS = [5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];
const DIRECTIONS = ["n", "ne", "e", "se", "s", "sw", "w", "nw"];

// { kind: "map" | "sketch" | "nothing", way: { metres, direction } | null }
export function draw(svg, { checkpoints, next, last, done, names, drawing }) {
  const placed = checkpoints.filter((one) => one.longitude !== null && one.latitude !== null);
  const target = placed.find((one) => one.code === next);
  const shown = target && (drawing || placed.length > 1);
  svg.toggleAttribute("hidden", !shown);
  if (!shown) {
    return { kind: "nothing", way: null };
  }
  const middle = drawing || target;
  const points = new Map(placed.map((one) => [one.code, metres(one, middle)]));
  const from = last !== next && points.get(last);
  const way = from ? between(from, points.get(next)) : null;
  const key = JSON.stringify([next, last, [...done.keys()], names.get(next), drawing?.stamp, placed.length]);
  if (svg.dataset.key !== key) {
    svg.dataset.key = key;
    svg.replaceChildren(...picture(points, { next, last, done, names, drawing }));
  }
  return { kind: drawing ? "map" : "sketch", way };
}

function picture(points, { next, last, done, names, drawing }) {
  const view = framing(points, next, last, ROOM[drawing ? "map" : "sketch"]);
  const at = (code) => view.at(points.get(code));
  const parts = drawing ? [ground(drawing, view)] : [];
  if (points.has(last) && last !== next) {
    const [[x1, y1], [x2, y2]] = [at(last), at(next)];
    parts.push(shape("line", { x1, y1, x2, y2, class: "way" }));
  }
  // What matters most is drawn last, on top.
  const rank = (code) => (code === next ? 3 : code === last ? 2 : done.has(code) ? 1 : 0);
  for (const code of [...points.keys()].sort((one, other) => rank(one) - rank(other))) {
    parts.push(...mark(at(code), { next: code === next, last: code === last, done: done.has(code) }));
  }
  const others = [...points.keys()].filter((code) => code !== next).sort((one, other) => rank(other) - rank(one));
  const target = labels.ofNext(at(next), names.get(next), others.map(at), PAPER);
  const ring = around(at(next), 19);
  const marks = others.map((code) => ({ at: at(code), name: names.get(code) }));
  const small = labels.ofOthers(marks, [target, ring, ...FURNITURE], PAPER);
  parts.push(...small.map((one) => sign(one, "sign-other")), sign(target, "sign"), ...north(), ...bar(view.scale));
  return parts;
}

function around([x, y], by) {
  return { left: x - by, top: y - by, right: x + by, bottom: y + by };
}

function metres(point, middle) {
  const wide = Math.cos((middle.latitude * Math.PI) / 180);
  return [
    (point.longitude - middle.longitude) * wide * METRES_A_DEGREE,
    (middle.latitude - point.latitude) * METRES_A_DEGREE,
  ];
}

function between([x1, y1], [x2, y2]) {
  const turn = Math.atan2(x2 - x1, y1 - y2) / (Math.PI / 4);
  return { metres: Math.hypot(x2 - x1, y2 - y1), direction: DIRECTIONS[(Math.round(turn) + 8) % 8] };
}

// All checkpoints where that still shows the way; else the next and the last one.
function framing(points, next, last, room) {
  const all = [...points.values()];
  const [width, height] = extent(all);
  const chosen = Math.max(width, height) <= WIDEST_METRES ? all : [points.get(next), points.get(last)].filter(Boolean);
  const [wide, high, x, y] = extent(chosen);
  const span = (metre, pixels) => Math.max(metre * room.share, room.least) / (pixels - 2 * MARGIN);
  const scale = 1 / Math.max(span(wide, WIDTH), span(high, HEIGHT));
  return { scale, x, y, at: ([east, south]) => [WIDTH / 2 + (east - x) * scale, HEIGHT / 2 + (south - y) * scale] };
}

function extent(points) {
  const across = points.map(([x]) => x);
  const down = points.map(([, y]) => y);
  const [left, right] = [Math.min(...across), Math.max(...across)];
  const [top, bottom] = [Math.min(...down), Math.max(...down)];
  return [right - left, bottom - top, (left + right) / 2, (top + bottom) / 2];
}

function ground(drawing, view) {
  const [x, y] = view.at([0, 0]);
  const scale = view.scale / drawing.units_a_metre;
  const group = shape("g", { transform: `translate(${x.toFixed(1)} ${y.toFixed(1)}) scale(${scale.toFixed(5)})` });
  for (const { kind, path } of drawing.strokes) {
    if (["street", "road"].includes(kind)) {
      group.append(shape("path", { d: path, class: `ground-${kind}-edge` }));
    }
  }
  for (const { kind, path } of drawing.strokes) {
    group.append(shape("path", { d: path, class: `ground-${kind}`, "fill-rule": "evenodd" }));
  }
  return group;
}

function mark([x, y], { next, last, done }) {
  if (next) {
    return [shape("circle", { cx: x, cy: y, r: 17, class: "dot-ring" }), shape("circle", { cx: x, cy: y, r: 10, class: "dot-next" })];
  }
  const kind = done ? "done" : "other";
  const parts = [shape("circle", { cx: x, cy: y, r: done ? 9 : 6, class: `dot-${kind}` })];
  if (done) {
    parts.push(shape("path", { d: `M${(x - 4).toFixed(1)} ${(y + 0.5).toFixed(1)}l3 3 5-6`, class: "tick" }));
  }
  if (last) {
    parts.push(shape("circle", { cx: x, cy: y, r: 13, class: "dot-last" }));
  }
  return parts;
}

function sign({ text, left, right, top, bottom }, kind) {
  const words = shape("text", { x: (left + right) / 2, y: bottom - 4, class: kind, "text-anchor": "middle" });
  words.textContent = text;
  return words;
}

function north() {
  const sign = shape("text", { x: WIDTH - 18, y: 36, class: "north", "text-anchor": "middle" });
  sign.textContent = "N";
  return [shape("path", { d: `M${WIDTH - 18} 6l6 15-6-4-6 4z`, class: "north-arrow" }), sign];
}

function bar(scale) {
  const length = BARS.findLast((one) => one * scale <= 100) || BARS[0];
  const end = 12 + length * scale;
  const words = shape("text", { x: end + 6, y: HEIGHT - 9, class: "bar-words" });
  words.textContent = length < 1000 ? `${length} m` : `${length / 1000} km`;
  const line = `M12 ${HEIGHT - 18}v6h${(end - 12).toFixed(1)}v-6`;
  return [shape("path", { d: line, class: "bar-edge" }), shape("path", { d: line, class: "bar-line" }), words];
}

function shape(name, attributes) {
  const made = document.createElementNS(SPACE, name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, typeof value === "number" ? String(Math.round(value * 10) / 10) : value);
  }
  return made;
}
