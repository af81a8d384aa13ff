/* Nothing typed is lost.
 *
 *   form[data-keep-typed]    leaving with unsaved changes asks; what was typed is kept in this browser tab until it is
 *                            saved, so that it is there again after an expired login
 *
 * A page that was saved carries ?saved in its address.
 */
"use strict";

(() => {
  const LEFT = "optline:left";
  const key = `optline:typed:${location.pathname}${new URLSearchParams(location.search).get("campaign") ?? ""}`;
  const IGNORED = new Set(["csrfmiddlewaretoken", "tab", "viewing_as", "find"]);

  const typedIn = (form) => JSON.stringify([...new FormData(form)].filter(([name]) => !IGNORED.has(name)));

  function restore(form, kept) {
    for (const [name, value] of JSON.parse(kept)) {
      const field = form.elements.namedItem(name);
      if (field && !field.disabled) {
        field.value = value;
        (field instanceof RadioNodeList ? field[0] : field).dispatchEvent(new Event("input", { bubbles: true }));
      }
    }
  }

  function tellRestored(form, undo) {
    const notice = document.createElement("div");
    const sentence = document.createElement("p");
    const button = document.createElement("button");
    notice.className = "ol-notice";
    notice.dataset.tone = "info";
    notice.setAttribute("role", "status");
    sentence.textContent = document.body.dataset.saidRestored;
    button.type = "button";
    button.className = "ol-button";
    button.textContent = document.body.dataset.saidDiscard;
    button.addEventListener("click", undo);
    notice.append(sentence, button);
    form.before(notice);
  }

  function keep(form) {
    const saved = typedIn(form);
    const kept = sessionStorage.getItem(key);
    if (kept && kept !== saved) {
      restore(form, kept);
      tellRestored(form, () => {
        sessionStorage.removeItem(key);
        location.reload();
      });
    }
    form.addEventListener("input", () => sessionStorage.setItem(key, typedIn(form)));
    form.addEventListener("submit", () => sessionStorage.setItem(LEFT, key));
    window.addEventListener("beforeunload", (event) => {
      const leavingBySaving = sessionStorage.getItem(LEFT) === key;
      if (!leavingBySaving && sessionStorage.getItem(key) && typedIn(form) !== saved) {
        event.preventDefault();
      }
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    if (new URLSearchParams(location.search).has("saved")) {
      sessionStorage.removeItem(sessionStorage.getItem(LEFT) ?? "");
    }
    sessionStorage.removeItem(LEFT);
    document.querySelectorAll("form[data-keep-typed]").forEach(keep);
  });
})();
