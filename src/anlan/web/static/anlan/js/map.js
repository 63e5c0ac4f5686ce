// Maps of places: a base map without any foreign server, places by state, and a list that moves with it.
import * as marks from "./mapmarks.js";
import { FONT, ground, layers } from "./mapstyle.js";
import { filled } from "./texts.js";

const VENDOR = new URL("../../vendor/", import.meta.url);
const EMPTY = { type: "FeatureCollection", features: [] };
const LISTED = 300;
const made = new Map();
let loading = null;

function stylesheet(address) {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = address;
  // Before our own sheet, which says how popups and buttons look.
  document.head.insertBefore(link, document.querySelector('link[href*="anlan"][rel=stylesheet]'));
}

function script(address) {
  return new Promise((resolve, reject) => {
    const element = document.createElement("script");
    element.src = address;
    element.onload = resolve;
    element.onerror = reject;
    document.head.append(element);
  });
}

async function load() {
  stylesheet(new URL("maplibre/maplibre-gl.css", VENDOR).href);
  const library = await import(new URL("maplibre/maplibre-gl.mjs", VENDOR).href);
  library.setWorkerUrl(new URL("maplibre/maplibre-gl-worker.mjs", VENDOR).href);
  await script(new URL("pmtiles/pmtiles.js", VENDOR).href);
  library.addProtocol("pmtiles", new window.pmtiles.Protocol().tile);
  return library;
}

function canDraw() {
  try {
    return Boolean(document.createElement("canvas").getContext("webgl2"));
  } catch {
    return false;
  }
}

async function baseOf(place) {
  if (!place.dataset.basemap) {
    return null;
  }
  try {
    const archive = new window.pmtiles.PMTiles(new URL(place.dataset.basemap, location.href).href);
    const [header, more] = await Promise.all([archive.getHeader(), archive.getMetadata()]);
    return { archive, header, credit: plain(more.attribution) };
  } catch {
    return null;
  }
}

// The library shows credits as HTML; ours are words.
function plain(words) {
  return String(words || "").replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

function styleOf(place, base) {
  if (!base) {
    return { version: 8, sources: {}, layers: ground() };
  }
  const url = `pmtiles://${new URL(place.dataset.basemap, location.href).href}`;
  const source = { type: "vector", url, attribution: base.credit };
  return { version: 8, sources: { base: source }, layers: layers(place.dataset.language) };
}

function extentOf(features) {
  let box = null;
  for (const feature of features) {
    if (feature.geometry?.type === "Point") {
      const [x, y] = feature.geometry.coordinates;
      box = box ? [Math.min(box[0], x), Math.min(box[1], y), Math.max(box[2], x), Math.max(box[3], y)] : [x, y, x, y];
    }
  }
  return box;
}

class PlaceMap {
  constructor(place, library, base) {
    this.place = place;
    this.library = library;
    this.base = base;
    this.data = EMPTY;
    this.chosen = "";
    const words = place.dataset;
    const point = words.longitude ? [Number(words.longitude), Number(words.latitude)] : null;
    const header = base?.header;
    this.map = new library.Map({
      container: place,
      style: styleOf(place, base),
      center: point || (header ? [(header.minLon + header.maxLon) / 2, (header.minLat + header.maxLat) / 2] : [0, 20]),
      zoom: Number(words.zoom || (point ? 15 : header ? 11 : 2)),
      maxZoom: 19,
      attributionControl: { compact: false },
      localIdeographFontFamily: FONT[0],
      cooperativeGestures: false,
      dragRotate: false,
      pitchWithRotate: false,
      locale: {
        "NavigationControl.ZoomIn": words.wordsZoomIn,
        "NavigationControl.ZoomOut": words.wordsZoomOut,
        "NavigationControl.ResetBearing": words.wordsNorth,
        "AttributionControl.ToggleAttribution": words.wordsCredit,
        "Map.Title": words.wordsTitle,
        "Popup.Close": words.wordsClose,
      },
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.addControl(new library.NavigationControl({ showCompass: false }), "top-right");
    this.map.on("style.load", () => this.furnish());
    this.map.once("load", () => this.begin(point));
    this.place.placeMap = this;
  }

  furnish() {
    marks.addTo(this.map);
    this.map.addSource("places", {
      type: "geojson",
      data: this.data,
      promoteId: "code",
      cluster: true,
      clusterRadius: 48,
      clusterMaxZoom: 14,
      clusterProperties: marks.countsOfCluster(),
    });
    this.map.addLayer({
      id: "clusters",
      type: "circle",
      source: "places",
      filter: ["has", "point_count"],
      paint: {
        "circle-color": marks.token("surface"),
        "circle-radius": ["step", ["get", "point_count"], 18, 20, 21, 100, 25, 1000, 30],
        "circle-stroke-color": marks.ringOfCluster(),
        "circle-stroke-width": 3.5,
      },
    });
    this.map.addLayer({
      id: "cluster-counts",
      type: "symbol",
      source: "places",
      filter: ["has", "point_count"],
      layout: {
        "text-field": marks.labelOfCluster(),
        "text-font": FONT,
        "text-size": 13,
        "text-line-height": 1.05,
        "text-allow-overlap": true,
      },
      paint: { "text-color": marks.token("text") },
    });
    this.map.addLayer({
      id: "chosen",
      type: "circle",
      source: "places",
      filter: ["==", ["get", "code"], this.chosen],
      paint: {
        "circle-radius": 16,
        "circle-color": "transparent",
        "circle-stroke-color": marks.token("focus"),
        "circle-stroke-width": 3,
      },
    });
    this.map.addLayer({
      id: "places",
      type: "symbol",
      source: "places",
      filter: ["!", ["has", "point_count"]],
      layout: {
        "icon-image": ["concat", "place-", ["match", ["get", "state"], marks.STATES, ["get", "state"], "nothing"]],
        "icon-allow-overlap": true,
        "symbol-sort-key": ["match", ["get", "state"], "not-evidenced", 3, "overdue", 2, "due", 1, 0],
        "text-field": ["step", ["zoom"], "", 15, ["get", "name"]],
        "text-font": FONT,
        "text-size": 12,
        "text-anchor": "top",
        "text-offset": [0, 1],
        "text-optional": true,
        "text-max-width": 9,
      },
      paint: { "text-color": marks.token("text"), "text-halo-color": marks.token("surface"), "text-halo-width": 1.5 },
    });
  }

  async begin(point) {
    this.listen();
    const { features, source } = this.place.dataset;
    if (features) {
      this.show(JSON.parse(document.getElementById(features).textContent), !point);
    } else if (source) {
      await this.fetch(!point);
    }
    if (this.place.dataset.pick) {
      this.startPicking(point);
    }
    this.place.dataset.ready = "true";
    this.place.dispatchEvent(new CustomEvent("anlan:map-ready"));
  }

  address() {
    const address = new URL(this.place.dataset.source, location.href);
    if (this.place.dataset.byExtent && this.place.dataset.ready) {
      address.searchParams.set("bbox", this.map.getBounds().toArray().flat().map((x) => x.toFixed(5)).join(","));
    }
    return address;
  }

  async fetch(fit) {
    try {
      const answer = await fetch(this.address(), { headers: { Accept: "application/geo+json, application/json" } });
      if (!answer.ok) {
        throw new Error(String(answer.status));
      }
      this.show(await answer.json(), fit);
    } catch {
      this.notice(this.place.dataset.wordsFailed);
    }
  }

  show(data, fit = false) {
    this.data = data;
    this.map.getSource("places")?.setData(data);
    const box = fit && extentOf(data.features);
    if (box) {
      this.map.fitBounds([box.slice(0, 2), box.slice(2)], { padding: 48, maxZoom: 16, animate: false });
    }
  }

  notice(words) {
    const notice = this.place.querySelector("[data-map-notice]");
    notice.querySelector("p").textContent = words;
    notice.hidden = false;
  }

  listen() {
    const { map } = this;
    map.on("click", "clusters", async (event) => {
      const feature = event.features[0];
      const zoom = await map.getSource("places").getClusterExpansionZoom(feature.properties.cluster_id);
      map.easeTo({ center: feature.geometry.coordinates, zoom });
    });
    map.on("click", "places", (event) => {
      this.choose(event.features[0].properties.code, { fromMap: true });
    });
    for (const layer of ["clusters", "places"]) {
      map.on("mouseenter", layer, () => map.getCanvas().classList.add("is-pointing"));
      map.on("mouseleave", layer, () => map.getCanvas().classList.remove("is-pointing"));
    }
    map.on("moveend", () => {
      const bounds = map.getBounds().toArray().flat();
      this.place.dispatchEvent(new CustomEvent("anlan:extent", { bubbles: true, detail: { bounds } }));
      if (this.place.dataset.byExtent && this.place.dataset.ready) {
        this.fetch(false);
      }
    });
  }

  choose(code, { fromMap = false } = {}) {
    this.chosen = code;
    if (this.map.getLayer("chosen")) {
      this.map.setFilter("chosen", ["==", ["get", "code"], code]);
    }
    const feature = this.data.features.find((candidate) => candidate.properties.code === code);
    if (!feature) {
      return;
    }
    if (fromMap) {
      this.open(feature);
      this.place.dispatchEvent(new CustomEvent("anlan:picked", { bubbles: true, detail: { code } }));
    } else if (!this.map.getBounds().contains(feature.geometry.coordinates)) {
      this.map.easeTo({ center: feature.geometry.coordinates });
    }
  }

  open(feature) {
    const { name, state, note, url } = feature.properties;
    const box = document.createElement("div");
    const add = (tag, className, words) => {
      const element = document.createElement(tag);
      element.className = className;
      element.textContent = words;
      box.append(element);
      return element;
    };
    add("p", "map-popup-title", name);
    const words = this.place.getAttribute(`data-state-${state}`);
    if (words) {
      add("span", `mark state-${state}`, words);
    }
    if (note) {
      add("p", "map-popup-note", note);
    }
    if (url) {
      add("a", "map-popup-link", this.place.dataset.wordsOpen).href = url;
    }
    this.popup?.remove();
    this.popup = new this.library.Popup({ offset: 16, maxWidth: "280px" })
      .setLngLat(feature.geometry.coordinates)
      .setDOMContent(box)
      .addTo(this.map);
  }

  // A point is set by a click; it goes into the form's fields named latitude and longitude.
  startPicking(point) {
    const pin = new this.library.Marker({ draggable: true, color: marks.token("link") });
    const fields = ["longitude", "latitude"].map((name) => document.querySelector(`[name=${name}]`));
    const put = (where) => {
      pin.setLngLat(where).addTo(this.map);
      fields[0].value = where.lng.toFixed(6);
      fields[1].value = where.lat.toFixed(6);
      fields[0].dispatchEvent(new Event("input", { bubbles: true }));
    };
    if (point) {
      pin.setLngLat(point).addTo(this.map);
    }
    this.map.on("click", (event) => put(event.lngLat));
    pin.on("dragend", () => put(pin.getLngLat()));
  }

  restyle() {
    this.map.setStyle(styleOf(this.place, this.base), { diff: false });
  }
}

// Where a browser cannot draw the map: the same places as a list, those with gaps first.
class PlaceList {
  constructor(place) {
    this.place = place;
    const notice = place.querySelector("[data-map-notice]");
    notice.hidden = false;
    const { features, source, pick } = place.dataset;
    if (pick || !(features || source)) {
      return;
    }
    place.classList.add("is-list");
    place.tabIndex = 0;
    place.setAttribute("role", "region");
    place.setAttribute("aria-label", place.dataset.wordsTitle);
    this.list = document.createElement("ul");
    this.list.className = "item-list map-list";
    place.append(this.list);
    if (features) {
      this.show(JSON.parse(document.getElementById(features).textContent));
    } else {
      this.fetch();
    }
  }

  async fetch() {
    try {
      const answer = await fetch(this.place.dataset.source, { headers: { Accept: "application/geo+json, application/json" } });
      if (!answer.ok) {
        throw new Error(String(answer.status));
      }
      this.show(await answer.json());
    } catch {
      this.place.querySelector("[data-map-notice] p").textContent = this.place.dataset.wordsFailed;
    }
  }

  show(data) {
    const rank = (feature) => marks.STATES.indexOf(feature.properties.state || "nothing");
    const gaps = (feature) => feature.properties.gaps || 0;
    const sorted = [...data.features].sort((a, b) => rank(a) - rank(b) || gaps(b) - gaps(a));
    const rows = sorted.slice(0, LISTED).map((feature) => this.row(feature.properties));
    if (sorted.length > LISTED) {
      const more = document.createElement("li");
      more.textContent = filled(this.place.dataset.wordsMore, { count: (sorted.length - LISTED).toLocaleString("en") });
      rows.push(more);
    }
    this.list.replaceChildren(...rows);
  }

  row({ name, state, note, url }) {
    const row = document.createElement("li");
    const words = document.createElement("span");
    words.className = "item-words";
    const link = document.createElement("a");
    link.textContent = name;
    link.href = url;
    words.append(link);
    if (note) {
      const more = document.createElement("span");
      more.className = "cell-note";
      more.textContent = note;
      words.append(more);
    }
    row.append(words);
    const said = this.place.getAttribute(`data-state-${state}`);
    if (said) {
      const mark = document.createElement("span");
      mark.className = `mark state-${state}`;
      mark.textContent = said;
      row.append(mark);
    }
    return row;
  }

  choose() {}

  restyle() {}
}

export async function prepare(root) {
  const places = [...root.querySelectorAll("[data-map]")].filter((place) => !made.has(place));
  for (const place of places) {
    made.set(place, null);
    if (!canDraw()) {
      made.set(place, new PlaceList(place));
      continue;
    }
    loading ??= load();
    const library = await loading;
    made.set(place, new PlaceMap(place, library, await baseOf(place)));
  }
}

function eachMap(run) {
  for (const [place, map] of made) {
    if (map && place.isConnected) {
      run(map);
    }
  }
}

// List and map together: the row under the pointer or the keyboard is ringed, a clicked mark shows its row.
document.addEventListener("mouseover", (event) => {
  const row = event.target.closest?.("[data-place]");
  if (row) {
    eachMap((map) => map.chosen !== row.dataset.place && map.choose(row.dataset.place));
  }
});
document.addEventListener("anlan:chosen", (event) => {
  if (event.detail.code) {
    eachMap((map) => map.choose(event.detail.code));
  }
});
document.addEventListener("anlan:picked", (event) => {
  const row = document.querySelector(`tr[data-place="${CSS.escape(event.detail.code)}"]`);
  document.querySelectorAll("tr.is-chosen").forEach((other) => other.classList.remove("is-chosen"));
  row?.classList.add("is-chosen");
  if (row?.closest(".split-map")) {
    row.scrollIntoView({ block: "nearest" });
  }
});
// After filtering, the list brings the address of its places: <div data-map-source="/places/map.json?...">.
document.addEventListener("htmx:afterSettle", (event) => {
  const said = event.target.querySelector?.("[data-map-source]");
  if (said) {
    eachMap((map) => {
      map.place.dataset.source = said.dataset.mapSource;
      map.fetch(true);
    });
  }
});
document.addEventListener("anlan:theme", () => eachMap((map) => map.restyle()));
