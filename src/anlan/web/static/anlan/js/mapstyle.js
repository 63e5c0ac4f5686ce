// The base map's look, light and dark, for the layers that the importer writes: water, green, district,
// building, road, rail.
const LIGHT = {
  ground: "#f3f4f2",
  water: "#cfe3ea",
  green: "#dfebdc",
  building: "#e5e4df",
  district: "#8b9aa1",
  casing: "#d5d9d8",
  road: "#ffffff",
  major: "#fbeed3",
  path: "#d9d3c7",
  label: "#4b5a61",
  halo: "#ffffff",
  waterLabel: "#3b7389",
};
const DARK = {
  ground: "#141e23",
  water: "#0f3340",
  green: "#17291f",
  building: "#1f2b31",
  district: "#6f858e",
  casing: "#0e161a",
  road: "#2d3b42",
  major: "#4a4632",
  path: "#28343a",
  label: "#b4c3c9",
  halo: "#10181c",
  waterLabel: "#7fb6c9",
};
const CLASSES = ["motorway", "trunk", "primary", "secondary", "tertiary", "residential", "service", "path"];
const WIDTHS = { motorway: 7, trunk: 7, primary: 6, secondary: 5, tertiary: 4, residential: 3, service: 1.8, path: 1 };

export const FONT = ["Noto Sans SC, PingFang SC, Microsoft YaHei, sans-serif"];

export function isDark() {
  return document.documentElement.getAttribute("data-bs-theme") === "dark";
}

function width(extra) {
  const at = (factor) => [
    "match",
    ["get", "class"],
    ...CLASSES.flatMap((name) => [name, Math.max(0.4, WIDTHS[name] * factor) + extra]),
    1,
  ];
  return ["interpolate", ["exponential", 1.6], ["zoom"], 8, at(0.12), 12, at(0.35), 15, at(1.3), 18, at(4)];
}

function paintOf(colours, other) {
  const major = ["motorway", "trunk", "primary"];
  return ["match", ["get", "class"], major, colours.major, "path", colours.path, other];
}

export function ground() {
  const colours = isDark() ? DARK : LIGHT;
  return [{ id: "ground", type: "background", paint: { "background-color": colours.ground } }];
}

export function layers(language) {
  const colours = isDark() ? DARK : LIGHT;
  const name =
    language === "en"
      ? ["coalesce", ["get", "name_en"], ["get", "name_zh"]]
      : ["coalesce", ["get", "name_zh"], ["get", "name_en"]];
  const label = (id, layer, colour, size, more = {}) => ({
    id,
    type: "symbol",
    source: "base",
    "source-layer": layer,
    ...more,
    layout: { "text-field": name, "text-font": FONT, "text-size": size, "text-padding": 6, ...(more.layout || {}) },
    paint: { "text-color": colour, "text-halo-color": colours.halo, "text-halo-width": 1.4 },
  });
  const fill = (id, colour, more = {}) => ({
    id,
    type: "fill",
    source: "base",
    "source-layer": id,
    paint: { "fill-color": colour },
    ...more,
  });
  const onStreet = { "symbol-placement": "line", "symbol-spacing": 320 };
  return [
    ...ground(),
    fill("green", colours.green),
    fill("water", colours.water),
    fill("building", colours.building, { minzoom: 14 }),
    {
      id: "road-casing",
      type: "line",
      source: "base",
      "source-layer": "road",
      minzoom: 11,
      filter: ["!=", ["get", "class"], "path"],
      layout: { "line-cap": "round", "line-join": "round" },
      paint: { "line-color": colours.casing, "line-width": width(1.2) },
    },
    {
      id: "road",
      type: "line",
      source: "base",
      "source-layer": "road",
      layout: { "line-cap": "round", "line-join": "round" },
      paint: {
        "line-color": ["step", ["zoom"], paintOf(colours, colours.casing), 11, paintOf(colours, colours.road)],
        "line-width": width(0),
      },
    },
    {
      id: "rail",
      type: "line",
      source: "base",
      "source-layer": "rail",
      minzoom: 11,
      paint: { "line-color": colours.district, "line-width": 1.4, "line-dasharray": [6, 3] },
    },
    {
      id: "district",
      type: "line",
      source: "base",
      "source-layer": "district",
      paint: { "line-color": colours.district, "line-width": 1.2, "line-dasharray": [4, 2] },
    },
    label("road-name", "road", colours.label, 11, { minzoom: 13, layout: onStreet }),
    label("water-name", "water", colours.waterLabel, 12, { minzoom: 11 }),
    label("district-name", "district", colours.label, 14, { maxzoom: 13 }),
  ];
}
