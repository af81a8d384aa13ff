/* Pieces of a page that the server keeps up to date.
 *
 *   <div data-poll="/address" aria-live="polite">…</div>
 *
 * The address is fetched at once when the element is empty, then every two seconds, and what it answers replaces
 * the content. An answer that holds [data-over] is the last one. A hidden page asks nothing until it is seen again.
 *
 * With data-form="its-id" the form is posted as it stands, and asked about anew once the hand rests after a change.
 *
 * A [role=log] is shown from its end, where the newest stands.
 *
 * A form with data-at-once is submitted when the page is there: what a page needs that looking at it must not begin.
 */
"use strict";

(() => {
  const EVERY_MS = 2000;
  const REST_MS = 900; // asked of the whole audience: only once the hand rests

  const formOf = (element) => document.getElementById(element.dataset.form);

  async function refresh(element, round) {
    const form = formOf(element);
    const asked = form ? { method: "POST", body: new FormData(form) } : {};
    const answer = await fetch(element.dataset.poll, { headers: { "X-Requested-With": "fetch" }, ...asked });
    if (!answer.ok || answer.redirected) {
      return;
    }
    const html = await answer.text();
    if (round !== element.round) {
      return;
    }
    // Unchanged figures are left alone, so that a screen reader does not hear them again.
    if (html !== element.lastAnswer) {
      element.lastAnswer = html;
      const opened = element.querySelector("details")?.open;
      element.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
      element.querySelector("details")?.toggleAttribute("open", Boolean(opened));
    }
  }

  async function keep(element) {
    const round = (element.round = (element.round ?? 0) + 1);
    while (element.isConnected && round === element.round && !element.querySelector("[data-over]")) {
      if (!document.hidden) {
        // The network may be away for a while; the next round asks again.
        await refresh(element, round).catch(() => undefined);
      }
      await new Promise((resume) => setTimeout(resume, EVERY_MS));
    }
  }

  function follow(element) {
    let timer = 0;
    keep(element);
    formOf(element)?.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        element.querySelector("[data-over]")?.removeAttribute("data-over");
        keep(element);
      }, REST_MS);
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-poll]").forEach(follow);
    document.querySelectorAll("[role=log]").forEach((log) => log.scrollTo(0, log.scrollHeight));
    document.querySelector("form[data-at-once]")?.requestSubmit();
  });
})();
