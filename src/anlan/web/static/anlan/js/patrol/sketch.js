// A sketch of where the next checkpoint lies among the others; it needs no map and no network.
const SPACE = "http://www.w3.org/2000/svg";
const WIDTH = 320;
const HEIGHT = 180;
const MARGIN = 26;

// Only the next one is named and marked; the others are dots without order.
export function draw(svg, checkpoints, next, last) {
  const placed = checkpoints.filter((one) => one.longitude !== null && one.latitude !== null);
  const target = placed.find((one) => one.code === next);
  svg.replaceChildren();
  svg.toggleAttribute("hidden", !target || placed.length < 2);
  if (!target || placed.length < 2) {
    return;
  }
  const at = projection(placed);
  for (const one of placed) {
    const kind = one.code === next ? "next" : one.code === last ? "last" : "other";
    svg.append(dot(at(one), kind));
  }
  const from = placed.find((one) => one.code === last && one.code !== next);
  if (from) {
    svg.prepend(line(at(from), at(target)));
  }
}

function projection(points) {
  const wide = Math.cos((points[0].latitude * Math.PI) / 180);
  const east = points.map((one) => one.longitude * wide);
  const north = points.map((one) => one.latitude);
  const left = Math.min(...east);
  const top = Math.max(...north);
  const span = Math.max((Math.max(...east) - left) / (WIDTH - 2 * MARGIN), (top - Math.min(...north)) / (HEIGHT - 2 * MARGIN), 1e-9);
  const inset = (WIDTH - (Math.max(...east) - left) / span) / 2;
  const drop = (HEIGHT - (top - Math.min(...north)) / span) / 2;
  return (one) => [inset + (one.longitude * wide - left) / span, drop + (top - one.latitude) / span];
}

function dot([x, y], kind) {
  const circle = document.createElementNS(SPACE, "circle");
  circle.setAttribute("cx", x.toFixed(1));
  circle.setAttribute("cy", y.toFixed(1));
  circle.setAttribute("r", kind === "next" ? "13" : kind === "last" ? "7" : "5");
  circle.setAttribute("class", `dot-${kind}`);
  return circle;
}

function line([x1, y1], [x2, y2]) {
  const stroke = document.createElementNS(SPACE, "line");
  Object.entries({ x1, y1, x2, y2 }).forEach(([name, value]) => stroke.setAttribute(name, value.toFixed(1)));
  stroke.setAttribute("class", "way");
  return stroke;
}
