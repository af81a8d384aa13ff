/* The message composer: shows on the phone what the server renders and counts, and inserts merge fields. */
"use strict";

(() => {
  // What the server needs to know of the form to render a text and to tell whom it is meant for.
  const TOLD = ["csrfmiddlewaretoken", "opening", "body", "closing", "sender", "programme", "segment_in", "segment_out",
    "viewing_as", "find"];

  function start(composer) {
    const form = composer.closest("form");
    const body = form.elements.namedItem("body");
    const viewingAs = composer.querySelector("[data-viewing-as]");
    const find = composer.querySelector("[name=find]");
    const insert = (name) => composer.querySelector(`[data-insert="${name}"]`);
    const asks = { preview: Optline.asking(), spread: Optline.asking(), field: Optline.asking() };

    function ask(piece, more = {}) {
      const given = new URLSearchParams({ kind: "marketing", campaign: composer.dataset.campaign, ...more });
      for (const name of TOLD) {
        given.set(name, form.elements.namedItem(name)?.value ?? "");
      }
      return asks[piece](composer.dataset[piece], given);
    }

    const place = (name, nodes) => composer.querySelector(`[data-part="${name}"]`).replaceChildren(...nodes);

    async function show() {
      const answer = await ask("preview");
      for (const piece of answer?.querySelectorAll("[data-for]") ?? []) {
        place(piece.dataset.for, piece.childNodes);
      }
    }

    async function showSpread() {
      const answer = await ask("spread");
      if (answer) {
        place("spread", answer.body.childNodes);
      }
    }

    const showTextSoon = Optline.afterPause(show);
    // Asked of the whole audience: only once the hand rests.
    const showSpreadSoon = Optline.afterPause(showSpread, 3);
    const showSoon = () => {
      showTextSoon();
      showSpreadSoon();
    };

    function write(text) {
      body.setRangeText(text, body.selectionStart, body.selectionEnd, "end");
      body.focus();
      body.dispatchEvent(new Event("input", { bubbles: true }));
    }

    function insertField() {
      const quoted = insert("default").value.replaceAll(/["{}\n]/g, "");
      const fallback = quoted ? ` | default: "${quoted}"` : "";
      const longest = insert("max").value ? ` | max: ${Number(insert("max").value)}` : "";
      write(`{{ ${insert("name").value}${fallback}${longest} }}`);
    }

    form.addEventListener("input", (event) => TOLD.includes(event.target.name) && showSoon());
    form.addEventListener("change", (event) => {
      if (event.target === viewingAs) {
        find.hidden = viewingAs.value !== "find";
        show();
      } else if (TOLD.includes(event.target.name)) {
        showSoon();
      }
    });
    insert("name").addEventListener("change", async () => {
      insert("go").disabled = !insert("name").value;
      const answer = insert("name").value ? await ask("field", { name: insert("name").value }) : null;
      place("field", answer?.body.childNodes ?? []);
    });
    insert("go").addEventListener("click", insertField);
    composer.addEventListener("click", (event) => {
      const cleaned = event.target.closest("[data-body]");
      const missing = event.target.closest("[data-append]");
      if (cleaned || missing) {
        body.value = cleaned ? cleaned.dataset.body : `${body.value.trimEnd()} ${missing.dataset.append}`.trimStart();
        body.focus();
        body.dispatchEvent(new Event("input", { bubbles: true }));
      }
    });
    show();
    showSpread();
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll(".ol-composer").forEach(start);
  });
})();
