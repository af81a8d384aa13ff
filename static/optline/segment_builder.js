/* The rows of a segment's rule: add, remove, fill in the operators of a field, and ask the server what it means.
 *
 * What a rule is, which values it takes and how many people it finds is the server's: this file moves rows.
 */
"use strict";

(() => {
  const PAUSE = 300; // milliseconds without a change before the server is asked

  function build(root) {
    const vocabulary = JSON.parse(root.querySelector("#segment-vocabulary").textContent);
    const rowTemplate = root.querySelector("template[data-row]");
    const groupTemplate = root.querySelector("template[data-group]");
    const outer = root.querySelector(`[data-rows="${root.dataset.name}"]`);
    const form = root.closest("form");
    let timer = 0;
    let asked = 0;

    const part = (row, name) => row.querySelector(`[name$="-${name}"]`);
    const conditions = (group) => [...group.querySelectorAll("[data-condition]")];

    // --- One row ---------------------------------------------------------------------------------

    function offerOperators(row) {
      const kind = vocabulary.fields[part(row, "field").value];
      const select = part(row, "operator");
      const before = select.value;
      // A row always posts its four parts, also while it has no field: the server reads parallel lists.
      const operators = vocabulary.operators[kind] ?? [["", "…"]];
      const options = operators.map(([value, words]) => new Option(words, value));
      select.replaceChildren(...options);
      if (options.some((option) => option.value === before)) {
        select.value = before;
      }
      shapeValue(row);
    }

    function shapeValue(row) {
      const kind = vocabulary.fields[part(row, "field").value];
      const operator = part(row, "operator").value;
      const asksValue = kind !== undefined && !vocabulary.without_value.includes(operator);
      const isRange = operator === "between";
      const isDays = operator === "in_last_days";
      for (const name of ["value", "to"]) {
        const input = part(row, name);
        input.type = kind === "date" && !isDays ? "date" : "text";
        input.inputMode = kind === "number" || isDays ? "decimal" : "text";
      }
      part(row, "value").hidden = !asksValue;
      part(row, "to").hidden = !isRange;
      row.querySelector("[data-between]").hidden = !isRange;
      row.querySelector("[data-days]").hidden = !isDays;
    }

    // --- Adding and removing -----------------------------------------------------------------------

    function copyOf(template, prefix, number) {
      const copy = template.content.firstElementChild.cloneNode(true);
      for (const input of [copy, ...copy.querySelectorAll("*")]) {
        if (input.name) {
          input.name = input.name.replace("PREFIX", prefix);
        }
        if (input.dataset.rows) {
          input.dataset.rows = prefix;
        }
        if (input.type === "hidden") {
          input.value = number;
        }
      }
      return copy;
    }

    function addRow(group) {
      const row = copyOf(rowTemplate, group.dataset.rows);
      group.querySelector(".sb__rows").append(row);
      offerOperators(row);
      part(row, "field").focus();
    }

    function addGroup() {
      const numbers = [...root.querySelectorAll(`[name="${root.dataset.name}-group"]`)].map((input) => +input.value);
      const number = Math.max(0, ...numbers) + 1;
      const group = copyOf(groupTemplate, `${root.dataset.name}-${number}`, number);
      root.querySelector("[data-groups]").append(group);
      conditions(group).forEach(offerOperators);
      part(group, "field").focus();
    }

    function remove(element) {
      const next = element.nextElementSibling ?? element.previousElementSibling;
      element.remove();
      (next?.querySelector("select, button") ?? root.querySelector("[data-add-row]")).focus();
      askSoon();
    }

    // --- What it means -----------------------------------------------------------------------------

    function askSoon() {
      window.clearTimeout(timer);
      timer = window.setTimeout(ask, PAUSE);
    }

    async function ask() {
      const mine = ++asked;
      try {
        const answer = await fetch(root.dataset.preview, { method: "POST", body: new FormData(form) });
        if (answer.ok && mine === asked) {
          show(await answer.json());
        }
      } catch {
        root.querySelector("[data-sentence]").textContent = "The server did not answer. Saving still works once it does.";
      }
    }

    function show({ problems, sentence, people }) {
      root.querySelector("[data-people]").textContent = people ?? "";
      root.querySelector("[data-sentence]").textContent = sentence;
      // The server passes over rows without a field, and inner groups without such rows.
      const said = (group) => conditions(group).filter((row) => part(row, "field").value);
      const groups = [...root.querySelectorAll("[data-groups] > [data-rows]")].filter((group) => said(group).length);
      [outer, ...groups].forEach((group, at) => {
        said(group).forEach((row, place) => {
          const problem = problems[at]?.[place] ?? "";
          // A value that nobody has typed yet is no mistake.
          const isUntouched = !part(row, "value").value && !row.dataset.touched;
          const element = row.querySelector("[data-problem]");
          element.textContent = problem;
          element.hidden = !problem || isUntouched;
        });
      });
    }

    // --- Listening ---------------------------------------------------------------------------------

    root.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) {
        return;
      }
      if ("addRow" in button.dataset) {
        addRow(button.closest("[data-rows]") ?? outer);
      } else if ("addGroup" in button.dataset) {
        addGroup();
      } else if ("removeRow" in button.dataset) {
        remove(button.closest("[data-condition]"));
      } else if ("removeGroup" in button.dataset) {
        remove(button.closest("[data-rows]"));
      }
    });

    root.addEventListener("change", (event) => {
      const row = event.target.closest("[data-condition]");
      if (row && event.target === part(row, "field")) {
        offerOperators(row);
      } else if (row && event.target === part(row, "operator")) {
        shapeValue(row);
      } else if (row) {
        row.dataset.touched = "yes";
      }
      askSoon();
    });
    root.addEventListener("input", askSoon);

    conditions(root).forEach(offerOperators);
    // What the server has marked was sent as it stands: it is a mistake, also without a value.
    conditions(root)
      .filter((row) => row.querySelector("[data-problem]").textContent)
      .forEach((row) => (row.dataset.touched = "yes"));
    if (conditions(root).length === 0) {
      const row = copyOf(rowTemplate, outer.dataset.rows);
      outer.querySelector(".sb__rows").append(row);
      offerOperators(row);
    }
    ask();
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-segment-builder]").forEach(build);
  });
})();
