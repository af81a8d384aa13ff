/* Pieces of a page that the server keeps up to date.
 *
 *   <div data-poll="/address" aria-live="polite">…</div>
 *
 * The address is fetched at once when the element is empty, then every two seconds, and what it answers replaces
 * the content. An answer that holds [data-over] is the last one. A hidden page asks nothing until it is seen again.
 */
"use strict";

(() => {
  const EVERY_MS = 2000;

  async function refresh(element) {
    const answer = await fetch(element.dataset.poll, { headers: { "X-Requested-With": "fetch" } });
    if (!answer.ok || answer.redirected) {
      return;
    }
    const html = await answer.text();
    // Unchanged figures are left alone, so that a screen reader does not hear them again.
    if (html !== element.lastAnswer) {
      element.lastAnswer = html;
      const opened = element.querySelector("details")?.open;
      element.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
      element.querySelector("details")?.toggleAttribute("open", Boolean(opened));
    }
  }

  async function keep(element) {
    while (element.isConnected && !element.querySelector("[data-over]")) {
      if (!document.hidden) {
        // The network may be away for a while; the next round asks again.
        await refresh(element).catch(() => undefined);
      }
      await new Promise((resume) => setTimeout(resume, EVERY_MS));
    }
  }

  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-poll]").forEach(keep));
})();
