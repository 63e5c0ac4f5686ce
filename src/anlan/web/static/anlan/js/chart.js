// Charts by ECharts, drawn as SVG; the page holds the same figures as a table, and what they say in a sentence.
import { language } from "./texts.js";

const VENDOR = new URL("../../vendor/echarts/", import.meta.url);
const drawn = new Map();
const sizes = new ResizeObserver((entries) => entries.forEach((entry) => drawn.get(entry.target)?.resize()));
let loading = null;

function script(name) {
  return new Promise((resolve, reject) => {
    const element = document.createElement("script");
    element.src = new URL(name, VENDOR).href;
    element.onload = resolve;
    element.onerror = reject;
    document.head.append(element);
  });
}

function load() {
  loading ??= script("echarts.min.js").then(() => script("langZH.js"));
  return loading;
}

function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--an-${name}`).trim();
}

// The same patterns as those of the year picture and of the swatches in the legend.
const CROSS = "path://M0 1L1 0L4 3L7 0L8 1L5 4L8 7L7 8L4 5L1 8L0 7L3 4Z";
const STATES = {
  "not-evidenced": ["bad-solid", { symbol: CROSS, symbolSize: 0.9, dashArrayX: [[7, 3]], dashArrayY: [7, 3] }],
  overdue: ["warn-solid", { symbol: "rect", rotation: -0.785, dashArrayX: [1, 0], dashArrayY: [1.2, 5] }],
  due: ["info-solid", { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [1, 5] }],
  late: ["olive-solid", { symbol: "circle", symbolSize: 0.5, dashArrayX: [[6, 6]], dashArrayY: [6, 0] }],
  recorded: ["good-solid", { symbol: "none" }],
  waived: ["violet-solid", { symbol: "rect", rotation: 1.57, dashArrayX: [1, 0], dashArrayY: [1, 5] }],
  cut: ["sand-solid", { symbol: "none" }],
  upcoming: ["neutral-solid", { symbol: "none" }],
};
const PLAIN = ["link", "warn-solid", "violet-solid", "good-solid", "info-solid"];
const LABELLED = 16;

function shown(value, spec) {
  return value === null || value === undefined ? "—" : `${Number(value).toLocaleString("en")}${spec.unit}`;
}

// What stands above a column: its figure, or the sum of what is stacked in it.
function above(spec, place) {
  const values = spec.series.map((row) => row.values[place]);
  const known = values.filter((value) => value !== null);
  return known.length ? shown(known.reduce((sum, value) => sum + value, 0), spec) : "—";
}

function series(spec) {
  const lines = spec.kind === "lines";
  const labelled = spec.kind === "stacked" ? spec.series.length - 1 : spec.series.length === 1 && !lines ? 0 : -1;
  return spec.series.map((row, place) => {
    const [color, decal] = STATES[row.state] || [PLAIN[place % PLAIN.length], { symbol: "none" }];
    const paint = token(color);
    return {
      name: row.name,
      type: lines ? "line" : "bar",
      stack: spec.kind === "stacked" ? "all" : undefined,
      // A column that holds nothing still carries its label.
      data: place === labelled ? row.values.map((value) => value ?? 0) : row.values,
      barMaxWidth: 34,
      symbol: lines ? "circle" : undefined,
      symbolSize: 5,
      showSymbol: row.values.length < 32,
      lineStyle: { width: 2, color: paint },
      itemStyle: lines ? { color: paint } : { color: paint, decal: { color: token("ink"), ...decal } },
      label: {
        show: place === labelled && spec.categories.length <= LABELLED,
        position: "top",
        distance: 4,
        color: token("text-2"),
        fontSize: spec.large ? 14 : 11,
        fontFamily: token("font"),
        formatter: (at) => above(spec, at.dataIndex),
      },
      labelLayout: { hideOverlap: true },
    };
  });
}

function options(spec) {
  const quiet = { color: token("text-2"), fontSize: spec.large ? 14 : 12, fontFamily: token("font") };
  const named = spec.series.some((row) => !row.state) && spec.series.length > 1;
  return {
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    animationDuration: 300,
    textStyle: { fontFamily: token("font") },
    aria: { enabled: true, label: { description: spec.description } },
    grid: { left: 8, right: 12, top: named ? 38 : 22, bottom: 4, containLabel: true },
    // States are named by the page's own legend, with the pattern that goes with the colour.
    legend: { show: named, top: 0, left: 0, icon: "roundRect", itemWidth: 14, itemHeight: 10, textStyle: quiet },
    tooltip: {
      trigger: "axis",
      renderMode: "richText",
      confine: true,
      axisPointer: { type: spec.kind === "lines" ? "line" : "shadow" },
      backgroundColor: token("raised"),
      borderColor: token("line-strong"),
      textStyle: { color: token("text"), fontSize: 13 },
      formatter: (points) => said(spec, points[0].dataIndex, "\n"),
    },
    xAxis: {
      type: "category",
      data: spec.categories,
      boundaryGap: spec.kind !== "lines",
      axisLabel: { ...quiet, hideOverlap: true },
      axisTick: { show: false },
      axisLine: { lineStyle: { color: token("line-strong") } },
    },
    yAxis: {
      type: "value",
      scale: spec.kind === "lines",
      max: spec.most ?? undefined,
      minInterval: spec.unit ? undefined : 1,
      splitNumber: 4,
      interval: spec.most ? spec.most / 4 : undefined,
      axisLabel: { ...quiet, formatter: (value) => `${value.toLocaleString("en")}${spec.unit}` },
      splitLine: { lineStyle: { color: token("line") } },
    },
    series: series(spec),
  };
}

// One column in words.
function said(spec, place, between) {
  const parts = spec.series.map((row) => `${row.name} ${shown(row.values[place], spec)}`);
  return [spec.categories[place], ...parts].join(between);
}

function specOf(place) {
  return JSON.parse(place.dataset.chart);
}

function draw(place) {
  const spec = specOf(place);
  const label = place.getAttribute("aria-label");
  drawn.get(place)?.dispose();
  const chart = window.echarts.init(place, null, {
    renderer: "svg",
    locale: language() === "en" ? "EN" : "ZH",
  });
  chart.setOption(options(spec));
  place.setAttribute("aria-label", label);
  drawn.set(place, chart);
  sizes.observe(place);
}

// The arrow keys go from column to column; each is shown and said.
function walk(place, key) {
  const spec = specOf(place);
  const last = spec.categories.length - 1;
  const from = place.dataset.at === undefined ? (key === "ArrowLeft" ? last + 1 : -1) : Number(place.dataset.at);
  const steps = { ArrowLeft: Math.max(0, from - 1), ArrowRight: Math.min(last, from + 1), Home: 0, End: last };
  const at = steps[key];
  place.dataset.at = String(at);
  drawn.get(place)?.dispatchAction({ type: "showTip", seriesIndex: 0, dataIndex: at });
  place.parentElement.querySelector("[data-chart-said]").textContent = said(spec, at, ", ");
}

function leave(place) {
  delete place.dataset.at;
  drawn.get(place)?.dispatchAction({ type: "hideTip" });
  place.parentElement.querySelector("[data-chart-said]").textContent = "";
}

document.addEventListener("keydown", (event) => {
  const place = event.target.closest?.("[data-chart]");
  if (!place || event.ctrlKey || event.metaKey || event.altKey) {
    return;
  }
  if (["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) {
    event.preventDefault();
    walk(place, event.key);
  } else if (event.key === "Escape") {
    leave(place);
  }
});
document.addEventListener("focusout", (event) => {
  if (event.target.matches?.("[data-chart]")) {
    leave(event.target);
  }
});

export async function prepare(root) {
  const places = [...root.querySelectorAll("[data-chart]")];
  if (places.length) {
    await load();
    places.filter((place) => place.isConnected).forEach(draw);
  }
}

// What htmx took out of the page is let go.
document.addEventListener("htmx:afterSettle", () => {
  for (const [place, chart] of drawn) {
    if (!place.isConnected) {
      sizes.unobserve(place);
      chart.dispose();
      drawn.delete(place);
    }
  }
});
document.addEventListener("anlan:theme", () => [...drawn.keys()].filter((place) => place.isConnected).forEach(draw));
