// Charts are drawn from the tables beside them, so that the two say the same. Without this file the tables remain.
const drawn = new Map();

/** The page's own colours and type, in the scheme that is on. */
function look() {
  const root = getComputedStyle(document.documentElement);
  const probe = document.createElement("span");
  document.body.append(probe);
  const colour = (name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const found = {
    ink: colour("ink"),
    quiet: colour("ink-2"),
    line: colour("line"),
    raised: colour("raised"),
    series: ["ink", "ink-3", "accent", "line-strong"].map(colour),
    accent: colour("accent"),
    family: root.getPropertyValue("--font"),
  };
  probe.remove();
  return found;
}

/** A table's lines: heading and plain numbers. @param {HTMLTableElement} table */
function read(table) {
  const lines = [...table.querySelectorAll("tbody tr[data-values]")];
  return lines.map((line) => ({
    name: line.querySelector("th").textContent.trim(),
    values: line.dataset.values.split(" ").map((value) => (value === "none" ? null : Number(value))),
  }));
}

/** Seconds as pages write them, roughly. @param {number} seconds */
function short(seconds) {
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return seconds < 96 * 3600 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86400)} days`;
}

const STEPS = [60, 300, 600, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 172800, 432000, 864000];

/** The distance of an axis's marks that gives few of them, at whole minutes, hours or days. @param {number} most */
const apart = (most) => STEPS.find((step) => most / step <= 6) ?? most / 5;

const KINDS = {
  /** How many are in each step. */
  steps(lines, table, with_) {
    return {
      grid: { left: 44, right: 12, top: 16, bottom: 56 },
      xAxis: { type: "category", data: lines.map((line) => line.name), axisLabel: { color: with_.quiet, rotate: 35, interval: 0, fontSize: 11 }, axisLine: { lineStyle: { color: with_.line } }, axisTick: { show: false } },
      yAxis: { type: "value", minInterval: 1, axisLabel: { color: with_.quiet }, splitLine: { lineStyle: { color: with_.line } } },
      series: [{ type: "bar", data: lines.map((line) => line.values[0]), itemStyle: { color: with_.accent }, barCategoryGap: "25%" }],
    };
  },
  /** Of each line, what it is made of; the largest on top. */
  stack(lines, table, with_) {
    const names = [...table.querySelectorAll("[data-series]")].map((cell) => cell.textContent.trim());
    const few = lines.slice(0, 9).reverse();
    return {
      legend: { top: 4, itemWidth: 12, itemHeight: 10, textStyle: { color: with_.ink, fontSize: 11 } },
      grid: { left: 112, right: 28, top: 32, bottom: 24 },
      xAxis: { type: "value", interval: apart(Math.max(...few.map((line) => line.values.reduce((sum, value) => sum + value, 0)))), axisLabel: { color: with_.quiet, formatter: short }, splitLine: { lineStyle: { color: with_.line } } },
      yAxis: { type: "category", data: few.map((line) => line.name), axisLabel: { color: with_.quiet, width: 100, overflow: "truncate", fontSize: 11 }, axisLine: { lineStyle: { color: with_.line } }, axisTick: { show: false } },
      tooltip: { valueFormatter: short },
      series: names.map((name, at) => ({ name, type: "bar", stack: "all", data: few.map((line) => line.values[at]), itemStyle: { color: with_.series[at] } })),
    };
  },
  /** Of each step of time a value, and what it stands beside, dashed. */
  lines(lines, table, with_, box) {
    const names = [...document.querySelectorAll(`[data-series-of="${table.id}"]`)].map((name) => name.textContent);
    const write = (value) => (value === null || value === undefined ? "none" : WRITE[box.dataset.unit](value));
    const most = Math.max(...lines.flatMap((line) => line.values), 0);
    return {
      legend: { top: 4, itemWidth: 18, itemHeight: 8, textStyle: { color: with_.ink, fontSize: 11 } },
      grid: { left: 64, right: 20, top: 32, bottom: 28 },
      xAxis: { type: "category", data: lines.map((line) => line.name), axisLabel: { color: with_.quiet, fontSize: 11, hideOverlap: true }, axisLine: { lineStyle: { color: with_.line } }, axisTick: { show: false } },
      yAxis: { type: "value", min: 0, ...(box.dataset.unit === "seconds" ? { interval: apart(most) } : {}), axisLabel: { color: with_.quiet, formatter: write }, splitLine: { lineStyle: { color: with_.line } } },
      tooltip: { valueFormatter: write },
      series: names.map((name, at) => ({ name, type: "line", symbolSize: 6, data: lines.map((line) => line.values[at]), itemStyle: { color: at ? with_.quiet : with_.accent }, lineStyle: { color: at ? with_.quiet : with_.accent, type: at ? "dashed" : "solid", width: 2 } })),
    };
  },
};

/** How values of a unit are written. */
const WRITE = {
  seconds: short,
  share: (value) => `${Math.round(value * 1000) / 10} %`,
  mean: (value) => `${Math.round(value * 10) / 10}`,
};

/** Draws every chart of the page that is not drawn yet, and lets go of those that are gone. */
function draw() {
  for (const [box, chart] of drawn) {
    if (box.isConnected) continue;
    chart.dispose();
    drawn.delete(box);
  }
  const with_ = look();
  for (const box of document.querySelectorAll("[data-chart]")) {
    const table = document.getElementById(box.dataset.table);
    const options = KINDS[box.dataset.chart](read(table), table, with_, box);
    const chart = drawn.get(box) ?? window.echarts.init(box, null, { renderer: "canvas" });
    drawn.set(box, chart);
    // a tooltip of HTML would bring inline style, which the page's policy forbids
    const tooltip = { trigger: "axis", renderMode: "richText", axisPointer: { type: "none" }, backgroundColor: with_.raised, borderColor: with_.line, textStyle: { color: with_.ink, fontSize: 12 }, ...options.tooltip };
    chart.setOption({ animation: false, textStyle: { fontFamily: with_.family }, ...options, tooltip }, true);
    chart.off("click");
    chart.on("click", (event) => {
      const line = [...table.querySelectorAll("tbody tr[data-values]")].find((row) => row.querySelector("th").textContent.trim() === event.name);
      line?.querySelectorAll("a")[box.dataset.opens ?? (box.dataset.chart === "stack" ? event.seriesIndex + 1 : 0)]?.click();
    });
  }
}

draw();
document.addEventListener("htmx:afterSettle", draw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
addEventListener("resize", () => drawn.forEach((chart) => chart.resize()));
