/* The rows of a segment's rule. Rows, inputs, counting and every sentence are the server's; this file posts the form.
 *
 * A pressed button ([data-do]) and a changed field or operator ([data-reshape]) ask for the rows anew; after a pause
 * the meaning is asked for: how many people, in words, who some of them are, and what is wrong with which row.
 */
"use strict";

(() => {
  const PAUSE_MS = 300;

  function build(root) {
    const form = root.closest("form");
    const part = (name) => root.querySelector(`[data-part="${name}"]`);
    const controls = () => [...part("rows").querySelectorAll("input[id]:not([type=checkbox]), select[id]")];
    let turn = Promise.resolve();
    let latest = null;
    let timer = 0;

    async function post(address, more = {}, signal = undefined) {
      const body = new FormData(form);
      Object.entries(more).forEach(([name, value]) => body.set(name, value));
      try {
        const answer = await fetch(address, { method: "POST", body, signal });
        return answer.ok && !answer.redirected ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
      } catch (error) {
        // A newer question cancelled this one, or the network is away: what is shown stands.
        if (error.name === "AbortError" || error instanceof TypeError) {
          return null;
        }
        throw error;
      }
    }

    /* New rows from the server. The hand stays where it is, and what was typed meanwhile is kept. */
    async function reshape(act) {
      const posted = new Map(controls().map((control) => [control.id, control.value]));
      const answer = await post(root.dataset.rows, { do: act });
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

    function askSoon() {
      clearTimeout(timer);
      timer = setTimeout(ask, PAUSE_MS);
    }

    async function ask() {
      latest?.abort();
      latest = new AbortController();
      const answer = await post(root.dataset.meaning, {}, latest.signal);
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
