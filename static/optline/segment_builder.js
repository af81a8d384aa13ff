/* The rows of a segment's rule. Rows, inputs, counting and every sentence are the server's; this file posts the form.
 *
 * A pressed button ([data-do]) and a changed field or operator ([data-reshape]) ask for the rows anew; after a pause
 * the meaning is asked for: how many people, in words, who some of them are, and what is wrong with which row.
 */
"use strict";

(() => {
  function build(root) {
    const form = root.closest("form");
    const part = (name) => root.querySelector(`[data-part="${name}"]`);
    const controls = () => [...part("rows").querySelectorAll("input[id]:not([type=checkbox]), select[id]")];
    const askRows = Optline.asking();
    const askMeaning = Optline.asking();
    let turn = Promise.resolve();

    /* New rows from the server. The hand stays where it is, and what was typed meanwhile is kept. */
    async function reshape(act) {
      const posted = new Map(controls().map((control) => [control.id, control.value]));
      const given = new FormData(form);
      given.set("do", act);
      const answer = await askRows(root.dataset.rows, given);
      if (!answer) {
        return;
      }
      const typed = controls().filter((control) => control.value !== posted.get(control.id));
      const at = document.activeElement?.id;
      part("rows").replaceChildren(...answer.body.childNodes);
      for (const { id, value } of typed) {
        const control = document.getElementById(id);
        if (control && (control.tagName !== "SELECT" || [...control.options].some((option) => option.value === value))) {
          control.value = value;
        }
      }
      const next = part("rows").querySelector("[data-focus]")?.dataset.focus;
      (document.getElementById(next) ?? document.getElementById(at))?.focus();
      askSoon();
    }

    async function ask() {
      const answer = await askMeaning(root.dataset.meaning, new FormData(form));
      if (!answer) {
        return;
      }
      for (const name of ["meaning", "people"]) {
        part(name).replaceChildren(...answer.querySelector(`[data-for="${name}"]`).childNodes);
      }
      for (const row of root.querySelectorAll("[data-row]")) {
        const problem = answer.querySelector(`[data-for="problems"] [data-row="${row.dataset.row}"]`);
        const shown = row.querySelector("[data-problem]");
        shown.textContent = problem?.textContent ?? "";
        shown.hidden = !problem;
      }
    }

    const askSoon = Optline.afterPause(ask);
    const inTurn = (act) => {
      turn = turn.then(() => reshape(act));
    };
    root.addEventListener("click", (event) => {
      const button = event.target.closest("[data-do]");
      if (button) {
        inTurn(button.dataset.do);
      }
    });
    root.addEventListener("change", (event) => {
      if (event.target.matches("[data-reshape]")) {
        inTurn("");
      }
    });
    root.addEventListener("input", askSoon);
    // What the server marked when saving stays marked until something is changed.
    if (![...root.querySelectorAll("[data-problem]")].some((problem) => problem.textContent)) {
      ask();
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-segment-builder]").forEach(build);
  });
})();
