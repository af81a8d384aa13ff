/* Draws the chart of a report: <canvas data-chart="id of a JSON script">. The table below it says the same. */
"use strict";

(() => {
  function draw(canvas) {
    const { labels, columns, axes } = JSON.parse(document.getElementById(canvas.dataset.chart).textContent);
    const style = getComputedStyle(document.documentElement);
    const ink = style.getPropertyValue("--ol-text").trim();
    const colour = { delivered: "--ol-success-solid", failed: "--ol-danger-solid", waiting: "--ol-neutral-solid" };
    const axis = (title) => ({
      stacked: true,
      title: { display: true, text: title, color: ink },
      ticks: { color: ink, precision: 0 },
    });
    new Chart(canvas, {
      type: "bar",
      data: {
        labels,
        datasets: columns.map(({ state, label, counts }) => ({
          label,
          data: counts,
          backgroundColor: style.getPropertyValue(colour[state]).trim(),
        })),
      },
      options: {
        animation: false,
        maintainAspectRatio: false,
        plugins: { legend: { display: true, labels: { color: ink } } },
        scales: { x: axis(axes.x), y: { ...axis(axes.y), beginAtZero: true } },
      },
    });
  }

  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("canvas[data-chart]").forEach(draw));
})();
