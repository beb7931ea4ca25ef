// Draws a bar chart from the table that follows each `.chart`; the table stays, so nothing depends on this.
"use strict";
addEventListener("DOMContentLoaded", () => {
  if (!window.echarts) return;
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  for (const box of document.querySelectorAll(".chart[data-chart=bars]")) {
    const table = box.parentElement.querySelector("table");
    const rows = [...table.tBodies[0].rows].slice(0, 10).map((row) => [row.cells[0].textContent.trim(), Number(row.cells[1].textContent.replace(/\D/g, "")), row.querySelector("a").href]);
    if (rows.length < 2) continue;
    box.classList.add("drawn");
    const chart = echarts.init(box, null, { renderer: "svg" });
    chart.setOption({
      animation: false,
      grid: { left: 8, right: 40, top: 8, bottom: 8, containLabel: true },
      xAxis: { type: "value", minInterval: 1, axisLabel: { color: colour("--soft") }, splitLine: { lineStyle: { color: colour("--line") } } },
      yAxis: { type: "category", inverse: true, data: rows.map((row) => row[0]), axisLabel: { color: colour("--ink"), width: 130, overflow: "truncate" } },
      series: [{ type: "bar", data: rows.map((row) => row[1]), itemStyle: { color: colour("--accent") }, label: { show: true, position: "right", color: colour("--ink") } }],
    });
    chart.on("click", (event) => { location.href = rows[event.dataIndex][2]; });
    addEventListener("resize", () => chart.resize());
  }
});
