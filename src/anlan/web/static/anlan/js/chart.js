// Charts by ECharts, drawn as SVG; the page holds the same figures as a table.
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

const STATES = {
  "not-evidenced": ["bad-solid", { symbol: "rect", rotation: 0.785, dashArrayX: [1, 0], dashArrayY: [2, 4] }],
  overdue: ["warn-solid", { symbol: "rect", rotation: -0.785, dashArrayX: [1, 0], dashArrayY: [2, 5] }],
  due: ["info-solid", { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [1, 5] }],
  late: ["olive-solid", { symbol: "circle", symbolSize: 0.5, dashArrayX: [[6, 6]], dashArrayY: [6, 0] }],
  recorded: ["good-solid", { symbol: "none" }],
  waived: ["violet-solid", { symbol: "rect", rotation: 1.57, dashArrayX: [1, 0], dashArrayY: [1, 5] }],
  cut: ["sand-solid", { symbol: "none" }],
  upcoming: ["neutral-solid", { symbol: "none" }],
};
const PLAIN = ["link", "warn-solid", "violet-solid", "good-solid", "info-solid"];

function series(spec) {
  const lines = spec.kind === "lines";
  return spec.series.map((row, place) => {
    const [color, decal] = STATES[row.state] || [PLAIN[place % PLAIN.length], { symbol: "none" }];
    const paint = token(color);
    return {
      name: row.name,
      type: lines ? "line" : "bar",
      stack: spec.kind === "stacked" ? "all" : undefined,
      data: row.values,
      barMaxWidth: 34,
      symbol: lines ? "circle" : undefined,
      symbolSize: 5,
      showSymbol: row.values.length < 32,
      lineStyle: { width: 2, color: paint },
      itemStyle: lines ? { color: paint } : { color: paint, decal: { color: token("ink"), ...decal } },
    };
  });
}

function options(spec) {
  const quiet = { color: token("text-2"), fontSize: 12, fontFamily: token("font") };
  return {
    animationDuration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 300,
    textStyle: { fontFamily: token("font") },
    aria: { enabled: true },
    grid: { left: 8, right: 12, top: spec.series.length > 1 ? 38 : 18, bottom: 4, containLabel: true },
    legend: { show: spec.series.length > 1, top: 0, left: 0, icon: "roundRect", itemWidth: 14, itemHeight: 10, textStyle: quiet },
    tooltip: {
      trigger: "axis",
      renderMode: "richText",
      confine: true,
      axisPointer: { type: spec.kind === "lines" ? "line" : "shadow" },
      backgroundColor: token("raised"),
      borderColor: token("line-strong"),
      textStyle: { color: token("text"), fontSize: 13 },
      valueFormatter: (value) => (value === null ? "—" : `${Number(value).toLocaleString("en")}${spec.unit}`),
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
      axisLabel: { ...quiet, formatter: (value) => `${value.toLocaleString("en")}${spec.unit}` },
      splitLine: { lineStyle: { color: token("line") } },
    },
    series: series(spec),
  };
}

function draw(place) {
  const spec = JSON.parse(document.getElementById(place.dataset.chart).textContent);
  drawn.get(place)?.dispose();
  const chart = window.echarts.init(place, null, {
    renderer: "svg",
    locale: language() === "en" ? "EN" : "ZH",
  });
  chart.setOption(options(spec));
  drawn.set(place, chart);
  sizes.observe(place);
}

export async function prepare(root) {
  const places = [...root.querySelectorAll("[data-chart]")];
  if (places.length) {
    await load();
    places.forEach(draw);
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
