/* The week of scheduled messages: an entry that has a Move form can be dragged to another day, at the same time. */
"use strict";

(() => {
  function start(week) {
    let dragged = null;

    for (const form of week.querySelectorAll(".ol-week__move form")) {
      const entry = form.closest(".ol-week__entry");
      entry.draggable = true;
      entry.addEventListener("dragstart", () => {
        dragged = form;
      });
    }
    for (const day of week.querySelectorAll("[data-date]")) {
      day.addEventListener("dragover", (event) => {
        if (dragged) {
          event.preventDefault();
          day.classList.add("is-over");
        }
      });
      day.addEventListener("dragleave", () => day.classList.remove("is-over"));
      day.addEventListener("drop", (event) => {
        event.preventDefault();
        day.classList.remove("is-over");
        if (dragged && dragged.elements.date.value !== day.dataset.date) {
          dragged.elements.date.value = day.dataset.date;
          dragged.requestSubmit();
        }
      });
    }
  }

  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-week]").forEach(start));
})();
