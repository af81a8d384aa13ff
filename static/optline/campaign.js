/* Forms of campaigns. Every page works without this; it only saves steps.
 *
 *   data-load="url" data-parameter data-from    fetches a piece of page, again when the field `from` changes
 *   data-copy="id"                              copies the text of an element
 *   data-narrowed-by="id"                       a select that offers the group which the other select shows
 *   data-when="field=value" or "field!=value"   is there only while the field says so
 */
"use strict";

(() => {
  // What scripts say, in the reader's language: admin/said_by_scripts.html.
  const said = document.body.dataset;

  async function load(place) {
    const field = document.getElementById(place.dataset.from);
    const url = new URL(place.dataset.load, window.location.href);
    url.searchParams.set(place.dataset.parameter, field?.value ?? "");
    place.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(url, { headers: { Accept: "text/html" } });
      place.innerHTML = answer.ok ? await answer.text() : said.saidNotCounted;
    } catch {
      place.textContent = said.saidUnreachable;
    }
    place.removeAttribute("aria-busy");
  }

  function loadAndFollow(place) {
    document.getElementById(place.dataset.from)?.addEventListener("change", () => load(place));
    load(place);
  }

  function offerCopy(button) {
    // Browsers lend the clipboard to secure pages alone.
    if (!navigator.clipboard) {
      return;
    }
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
      button.textContent = said.saidCopied;
      setTimeout(() => (button.textContent = said.saidCopy), 2000);
    });
  }

  function valueOf(field) {
    return field.type === "checkbox" ? String(field.checked) : field.value;
  }

  function showWhen(element) {
    const [, name, not, value] = element.dataset.when.match(/^(\w+)(!?)=(.*)$/);
    const field = document.querySelector(`[name="${name}"]`);
    const show = () => {
      element.hidden = (valueOf(field) === value) === Boolean(not);
    };
    field.addEventListener("change", show);
    show();
  }

  function narrow(select) {
    const other = document.getElementById(select.dataset.narrowedBy);
    const nothing = select.querySelector('option[value=""]');
    const groups = [...select.querySelectorAll("optgroup")];
    const keep = () => {
      const chosen = select.value;
      const name = other.selectedOptions[0]?.textContent.trim();
      select.replaceChildren(nothing, ...groups.filter((group) => !other.value || group.label === name));
      select.value = select.querySelector(`option[value="${chosen}"]`) ? chosen : "";
      if (select.value !== chosen) {
        select.dispatchEvent(new Event("change"));
      }
    };
    other.addEventListener("change", keep);
    keep();
  }

  document.querySelectorAll("[data-load]").forEach(loadAndFollow);
  document.querySelectorAll("[data-copy]").forEach(offerCopy);
  document.querySelectorAll("select[data-narrowed-by]:not(:disabled)").forEach(narrow);
  document.querySelectorAll("[data-when]").forEach(showWhen);
})();
