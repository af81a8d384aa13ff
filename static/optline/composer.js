/* The message composer: shows on the phone what the server renders and counts, and inserts merge fields. */
"use strict";

(() => {
  const PAUSE_MS = 300;

  function start(composer) {
    const form = composer.closest("form");
    const body = composer.querySelector("textarea");
    const sender = form.elements.namedItem("sender");
    const viewingAs = composer.querySelector("[data-viewing-as]");
    let timer = 0;
    let latest = null;

    async function show() {
      latest?.abort();
      latest = new AbortController();
      const given = new URLSearchParams({
        csrfmiddlewaretoken: form.elements.namedItem("csrfmiddlewaretoken").value,
        body: body.value,
        sender: sender?.value ?? "",
        viewing_as: viewingAs.value,
        kind: "marketing",
        campaign: composer.dataset.campaign,
      });
      try {
        const answer = await fetch(composer.dataset.preview, { method: "POST", body: given, signal: latest.signal });
        if (answer.ok) {
          place(new DOMParser().parseFromString(await answer.text(), "text/html"));
        }
      } catch (error) {
        // A newer keystroke cancelled this one, or the network is away: the last preview stands.
        if (error.name !== "AbortError" && !(error instanceof TypeError)) {
          throw error;
        }
      }
    }

    function place(answer) {
      for (const piece of answer.querySelectorAll("[data-for]")) {
        composer.querySelector(`[data-part="${piece.dataset.for}"]`).replaceChildren(...piece.childNodes);
      }
    }

    function showSoon() {
      clearTimeout(timer);
      timer = setTimeout(show, PAUSE_MS);
    }

    function write(text) {
      body.setRangeText(text, body.selectionStart, body.selectionEnd, "end");
      body.focus();
      showSoon();
    }

    body.addEventListener("input", showSoon);
    viewingAs.addEventListener("change", show);
    sender?.addEventListener("change", show);
    composer.querySelector("[data-insert]").addEventListener("change", (event) => {
      if (event.target.value) {
        write(`{{ ${event.target.value} | default: "there" }}`);
        event.target.value = "";
      }
    });
    composer.addEventListener("click", (event) => {
      const cleaned = event.target.closest("[data-body]");
      if (cleaned) {
        body.value = cleaned.dataset.body;
        body.focus();
        show();
      }
      const missing = event.target.closest("[data-append]");
      if (missing) {
        body.value = `${body.value.trimEnd()} ${missing.dataset.append}`.trimStart();
        body.focus();
        show();
      }
    });
    show();
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll(".ol-composer").forEach(start);
  });
})();
