// Areas on a map: an outline or a circle is drawn with mouse or finger and lands in the form's fields as text, which
// stays the way by keyboard; shapes that are only shown come as GeoJSON (data-shapes).
import { token } from "./mapmarks.js";
import { filled } from "./texts.js";

const MOST_CORNERS = 100;
const EARTH_M = 6371008.8;
const SIDES = 72;
const made = new WeakSet();

const radians = (degrees) => (degrees * Math.PI) / 180;
const degrees = (angle) => (angle * 180) / Math.PI;

function metres([x, y], [u, v]) {
  const chord =
    Math.sin(radians(v - y) / 2) ** 2 + Math.cos(radians(y)) * Math.cos(radians(v)) * Math.sin(radians(u - x) / 2) ** 2;
  return 2 * EARTH_M * Math.asin(Math.sqrt(Math.min(chord, 1)));
}

// The point so many metres from another in a direction, on the sphere.
function beyond([x, y], distance, bearing) {
  const far = distance / EARTH_M;
  const north = Math.asin(Math.sin(radians(y)) * Math.cos(far) + Math.cos(radians(y)) * Math.sin(far) * Math.cos(bearing));
  const east = Math.atan2(
    Math.sin(bearing) * Math.sin(far) * Math.cos(radians(y)),
    Math.cos(far) - Math.sin(radians(y)) * Math.sin(north),
  );
  return [x + degrees(east), degrees(north)];
}

function ringOf(center, radius) {
  return Array.from({ length: SIDES + 1 }, (_, side) => beyond(center, radius, (2 * Math.PI * side) / SIDES));
}

function pointsOf(text) {
  const points = text.split("\n").map((line) => line.match(/^\s*(-?[\d.]+)\s*[,，\s]\s*(-?[\d.]+)\s*$/)).filter(Boolean);
  return points.map((match) => [Number(match[2]), Number(match[1])]);
}

function feature(type, coordinates, properties = {}) {
  return { type: "Feature", geometry: { type, coordinates }, properties };
}

// The layers for shapes; they come back when the theme is turned.
function furnish(map, shapes) {
  if (map.getSource("drawn")) {
    return;
  }
  const color = token("bad");
  map.addSource("drawn", { type: "geojson", data: shapes });
  map.addLayer({ id: "drawn-fill", type: "fill", source: "drawn", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": color, "fill-opacity": 0.15 } });
  map.addLayer({ id: "drawn-line", type: "line", source: "drawn", filter: ["!=", ["geometry-type"], "Point"], paint: { "line-color": color, "line-width": 2.5 } });
  map.addLayer({
    id: "drawn-corners",
    type: "circle",
    source: "drawn",
    filter: ["==", ["geometry-type"], "Point"],
    paint: { "circle-color": token("surface"), "circle-radius": 7, "circle-stroke-color": color, "circle-stroke-width": 2.5 },
  });
}

function extentOf(points) {
  const xs = points.map((point) => point[0]);
  const ys = points.map((point) => point[1]);
  return [[Math.min(...xs), Math.min(...ys)], [Math.max(...xs), Math.max(...ys)]];
}

class AreaDrawing {
  constructor(box, map) {
    this.box = box;
    this.map = map;
    this.mode = "";
    this.center = null;
    this.fields = Object.fromEntries(["outline", "near", "radius_m"].map((name) => [name, box.closest("form").elements[name]]));
    this.said = box.querySelector("[data-draw-said]");
    this.shown = box.dataset.shown ? shapesOf(box.dataset.shown) : [];
    box.addEventListener("click", (event) => this.press(event.target.closest("[data-draw-do]")));
    Object.values(this.fields).forEach((field) => field.addEventListener("input", () => this.draw()));
    map.on("click", (event) => this.put([event.lngLat.lng, event.lngLat.lat]));
    map.on("style.load", () => this.draw());
    for (const [start, move, end] of [["mousedown", "mousemove", "mouseup"], ["touchstart", "touchmove", "touchend"]]) {
      map.on(start, "drawn-corners", (event) => this.take(event, move, end));
    }
    this.draw();
    this.fit();
  }

  get corners() {
    return pointsOf(this.fields.outline.value);
  }

  get circle() {
    const [center] = pointsOf(this.fields.near.value);
    const radius = Number(this.fields.radius_m.value);
    return center && radius > 0 ? { center, radius } : null;
  }

  press(button) {
    if (!button) {
      return;
    }
    const act = button.dataset.drawDo;
    if (act === "undo") {
      this.write("outline", this.corners.slice(0, -1));
    } else if (act === "clear") {
      this.center = null;
      this.set("near", "");
      this.set("radius_m", "");
      this.write("outline", []);
    } else {
      this.mode = this.mode === act ? "" : act;
      this.center = null;
    }
    this.draw();
  }

  put(point) {
    if (this.mode === "outline" && this.corners.length < MOST_CORNERS) {
      this.write("outline", [...this.corners, point]);
    } else if (this.mode === "circle" && !this.center) {
      this.center = point;
    } else if (this.mode === "circle") {
      this.set("near", `${this.center[1].toFixed(6)}, ${this.center[0].toFixed(6)}`);
      this.set("radius_m", String(Math.max(Math.round(metres(this.center, point)), 10)));
      this.center = null;
      this.mode = "";
    }
    this.draw();
  }

  // A corner that is held moves with the pointer.
  take(event, move, end) {
    const held = event.features[0].properties.corner;
    if (held === undefined || (event.points && event.points.length > 1)) {
      return;
    }
    event.preventDefault();
    const follow = ({ lngLat }) => {
      this.write("outline", this.corners.map((corner, place) => (place === held ? [lngLat.lng, lngLat.lat] : corner)), false);
      this.draw();
    };
    this.map.on(move, follow);
    this.map.once(end, () => {
      this.map.off(move, follow);
      this.write("outline", this.corners);
    });
  }

  write(name, points, tell = true) {
    this.set(name, points.map(([x, y]) => `${y.toFixed(6)}, ${x.toFixed(6)}`).join("\n"), tell);
  }

  set(name, value, tell = true) {
    const field = this.fields[name];
    field.value = value;
    if (tell) {
      field.dispatchEvent(new Event("change", { bubbles: true }));
      field.closest("details")?.toggleAttribute("open", Boolean(value));
    }
  }

  draw() {
    const { corners, circle } = this;
    const shapes = corners.map((corner, place) => feature("Point", corner, { corner: place }));
    if (corners.length > 2) {
      shapes.push(feature("Polygon", [[...corners, corners[0]]]));
    } else if (corners.length === 2) {
      shapes.push(feature("LineString", corners));
    }
    if (circle) {
      shapes.push(feature("Polygon", [ringOf(circle.center, circle.radius)]), feature("Point", circle.center));
    } else if (this.center) {
      shapes.push(feature("Point", this.center));
    }
    furnish(this.map, { type: "FeatureCollection", features: [] });
    this.map.getSource("drawn").setData({ type: "FeatureCollection", features: [...this.shown, ...shapes] });
    this.tell(corners.length, circle);
  }

  tell(count, circle) {
    this.box.querySelectorAll("[data-draw-do]").forEach((button) => {
      button.setAttribute("aria-pressed", String(button.dataset.drawDo === this.mode));
      button.disabled = button.dataset.drawDo === "undo" ? !count : button.dataset.drawDo === "clear" && !count && !circle;
    });
    this.map.getCanvas().classList.toggle("is-drawing", Boolean(this.mode));
    this.map.doubleClickZoom[this.mode ? "disable" : "enable"]();
    const words = this.said.dataset;
    const lines = [];
    if (this.mode === "circle") {
      lines.push(this.center ? words.edge : words.center);
    } else if (this.mode === "outline") {
      lines.push(filled(count >= MOST_CORNERS ? words.full : words.corners, { n: count, most: MOST_CORNERS }));
    } else if (count) {
      lines.push(filled(words.drawn, { n: count }));
    }
    if (circle && this.mode !== "circle") {
      lines.push(filled(words.radius, { n: Math.round(circle.radius).toLocaleString("en") }));
    }
    this.said.textContent = lines.join(" · ");
  }

  fit() {
    const points = [...this.corners, ...(this.circle ? ringOf(this.circle.center, this.circle.radius) : [])];
    if (points.length) {
      this.map.fitBounds(extentOf(points), { padding: 40, maxZoom: 16, animate: false });
    }
  }
}

// Shapes that are shown and not drawn: circles are features with a radius.
function shapesOf(id) {
  const { features } = JSON.parse(document.getElementById(id).textContent);
  return features.map((one) =>
    one.properties.radius_m ? feature("Polygon", [ringOf(one.geometry.coordinates, one.properties.radius_m)]) : one,
  );
}

function show(place, map) {
  const shapes = shapesOf(place.dataset.shapes);
  const put = () => furnish(map, { type: "FeatureCollection", features: shapes });
  put();
  map.on("style.load", put);
  const points = shapes.flatMap((one) => one.geometry.coordinates.flat());
  if (points.length) {
    map.fitBounds(extentOf(points), { padding: 32, maxZoom: 16, animate: false });
  }
}

function whenReady(place, run) {
  if (place.dataset.ready) {
    run(place.placeMap.map);
  } else {
    place.addEventListener("anlan:map-ready", () => run(place.placeMap.map), { once: true });
  }
}

// The map to draw on is a template until its part of the form is opened: most warnings need none.
function whenOpened(box, run) {
  const part = box.closest("details");
  const unfold = async () => {
    const waiting = box.querySelector("template");
    waiting?.replaceWith(waiting.content);
    (await import("./map.js")).prepare(box);
    run();
  };
  if (!part || part.open) {
    unfold();
  } else {
    part.addEventListener("toggle", unfold, { once: true });
  }
}

export function prepare(root) {
  for (const box of root.querySelectorAll("[data-draw], [data-shapes]")) {
    if (made.has(box)) {
      continue;
    }
    made.add(box);
    if (box.matches("[data-draw]")) {
      whenOpened(box, () => whenReady(box.querySelector("[data-map]"), (map) => new AreaDrawing(box, map)));
    } else {
      whenReady(box.querySelector("[data-map]"), (map) => show(box, map));
    }
  }
}
