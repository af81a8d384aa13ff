/* Counts a reply while it is written: the server counts, this asks after a pause in typing. */
"use strict";

(() => {
  const PAUSE_MS = 300;

  function start(form) {
    const count = form.querySelector("[data-count]");
    let timer = 0;
    let latest = null;

    async function ask() {
      latest?.abort();
      latest = new AbortController();
      const given = new FormData(form);
      given.set("act", "count");
      try {
        const answer = await fetch(location.pathname, { method: "POST", body: given, signal: latest.signal });
        if (answer.ok && !answer.redirected) {
          const page = new DOMParser().parseFromString(await answer.text(), "text/html");
          count.replaceChildren(...page.body.childNodes);
        }
      } catch (error) {
        // A newer keystroke cancelled this one, or the network is away: the last count stands.
        if (error.name !== "AbortError" && !(error instanceof TypeError)) {
          throw error;
        }
      }
    }

    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(ask, PAUSE_MS);
    });
  }

  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("form[data-reply]").forEach(start));
})();
