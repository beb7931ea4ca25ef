// Draws charts from the table that follows each `.chart`; the table stays, so nothing depends on this.
"use strict";
const style = getComputedStyle(document.documentElement);
const colour = (name) => style.getPropertyValue(name).trim();
const number = (cell) => (/\d/.test(cell.textContent) ? Number(cell.textContent.replace(/[^\d.]/g, "")) : null);
const draw = (box, option) => {
  box.classList.add("drawn");
  const chart = echarts.init(box, null, { renderer: "svg" });
  chart.setOption({ animation: false, ...option });
  addEventListener("resize", () => chart.resize());
  return chart;
};
const axis = (more) => ({ axisLabel: { color: colour("--soft") }, splitLine: { lineStyle: { color: colour("--line") } }, ...more });

// One bar a row: the first cell names it, the second counts it, and a click opens its link.
function bars(box, table) {
  const rows = [...table.tBodies[0].rows].filter((row) => row.querySelector("a")).slice(0, 10).map((row) => [row.cells[0].textContent.trim(), number(row.cells[1]), row.querySelector("a").href]);
  if (rows.length < 2) return;
  const chart = draw(box, {
    grid: { left: 8, right: 40, top: 8, bottom: 8, containLabel: true },
    xAxis: axis({ type: "value", minInterval: 1 }),
    yAxis: { type: "category", inverse: true, data: rows.map((row) => row[0]), axisLabel: { color: colour("--ink"), width: 130, overflow: "truncate" } },
    series: [{ type: "bar", data: rows.map((row) => row[1]), itemStyle: { color: colour("--accent") }, label: { show: true, position: "right", color: colour("--ink") } }],
  });
  chart.on("click", (event) => { location.href = rows[event.dataIndex][2]; });
}

// A point a row: its time, the second cell on the left axis (stars), the last column of numbers on the right one.
function lines(box, table) {
  const heads = [...table.tHead.rows[0].cells];
  const right = heads.findLastIndex((head) => head.classList.contains("n"));
  const rows = [...table.tBodies[0].rows].map((row) => [row.querySelector("time").dateTime, number(row.cells[1]), number(row.cells[right])]);
  if (rows.length < 2) return;
  const line = (at, side, name, mark) => ({ type: "line", name, yAxisIndex: side, connectNulls: false, symbol: mark, symbolSize: 7, lineStyle: { type: side ? "dashed" : "solid" }, itemStyle: { color: colour(side ? "--orange" : "--accent") }, data: rows.map((row) => [row[0], row[at]]) });
  const drawn = [[1, 0, "circle"], [2, 1, "rect"]].filter(([at]) => rows.some((row) => row[at] !== null));
  draw(box, {
    useUTC: true,
    grid: { left: 8, right: 16, top: 40, bottom: 8, containLabel: true },
    legend: { top: 0, textStyle: { color: colour("--ink") } },
    tooltip: { trigger: "axis" },
    xAxis: axis({ type: "time" }),
    yAxis: [axis({ type: "value", min: 0, max: 5 }), axis({ type: "value", splitLine: { show: false } })],
    series: drawn.map(([at, side, mark]) => line(at, side, heads[at === 1 ? 1 : right].textContent.trim(), mark)),
  });
}

addEventListener("DOMContentLoaded", () => {
  if (!window.echarts) return;
  for (const box of document.querySelectorAll(".chart[data-chart]")) {
    const table = box.parentElement.querySelector("table");
    (box.dataset.chart === "lines" ? lines : bars)(box, table);
  }
});
