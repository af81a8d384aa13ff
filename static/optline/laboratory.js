/* The keyword laboratory: posts the form after a pause in typing and shows the result. Without this, its button does. */
"use strict";

(() => {
  const PAUSE_MS = 300;

  document.addEventListener("DOMContentLoaded", () => {
    const form = document.getElementById("laboratory");
    const result = document.getElementById("laboratory-result");
    let timer = 0;
    let latest = null;

    async function read() {
      latest?.abort();
      latest = new AbortController();
      try {
        const answer = await fetch(form.action, { method: "POST", body: new FormData(form), signal: latest.signal });
        if (answer.ok) {
          const page = new DOMParser().parseFromString(await answer.text(), "text/html");
          result.replaceChildren(...page.getElementById("laboratory-result").childNodes);
        }
      } catch (error) {
        // A newer keystroke cancelled this one, or the network is away: the last result stands.
        if (error.name !== "AbortError" && !(error instanceof TypeError)) {
          throw error;
        }
      }
    }

    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(read, PAUSE_MS);
    });
  });
})();
