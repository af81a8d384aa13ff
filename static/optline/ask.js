/* Asking the server for a piece of page while somebody types: after a pause, the newest question only.
 *
 *   <form data-asks="id" [data-act="count"]>   posts itself after a pause and puts the element `id` of the answer in
 *                                              the place of the page's; without this file its button does
 *
 * What other scripts need stands in `Optline`: `afterPause(work)` and `asking()`, whose result asks and lets a newer
 * question cancel an older one.
 */
"use strict";

const Optline = (() => {
  const PAUSE_MS = 300;

  /* Calls `work` once the hand has rested for so many pauses. */
  function afterPause(work, pauses = 1) {
    let timer = 0;
    return () => {
      clearTimeout(timer);
      timer = setTimeout(work, pauses * PAUSE_MS);
    };
  }

  /* Returns a function that posts and gives the answer as a document; null where what is shown stands. */
  function asking() {
    let latest = null;
    return async (address, body) => {
      latest?.abort();
      latest = new AbortController();
      try {
        const answer = await fetch(address, { method: "POST", body, signal: latest.signal });
        return answer.ok && !answer.redirected ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
      } catch (error) {
        // A newer question cancelled this one, or the network is away.
        if (error.name === "AbortError" || error instanceof TypeError) {
          return null;
        }
        throw error;
      }
    };
  }

  function follow(form) {
    const ask = asking();
    const show = async () => {
      const given = new FormData(form);
      if (form.dataset.act) {
        given.set("act", form.dataset.act);
      }
      const answer = await ask(form.action, given);
      const piece = answer?.getElementById(form.dataset.asks);
      if (piece) {
        document.getElementById(form.dataset.asks).replaceChildren(...piece.childNodes);
      }
    };
    form.addEventListener("input", afterPause(show));
  }

  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("form[data-asks]").forEach(follow));
  return { afterPause, asking };
})();
