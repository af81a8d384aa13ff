/* Options of opt-ins. Every page works without this; it only saves steps.
 *
 *   input[data-chips]              words with commas between them, as chips; the input still holds the words.
 *                                  `data-add` invites another, `data-remove` names the button that takes {word} away
 *   button[data-sample-for="id"]   puts the sample message beside it into a field
 *   textarea under [data-count]    shows what the text costs, from the server's counter, and what its wording lacks
 *   label[data-label-on]           says something else while double opt-in is ticked
 */
"use strict";

(() => {
  /* ---- Chips ---------------------------------------------------------------------------------- */

  const wordsOf = (text) => text.split(/[,;\n]+/).map((word) => word.trim().replace(/\s+/g, " ")).filter(Boolean);

  function makeChips(input) {
    const box = document.createElement("div");
    const typing = document.createElement("input");
    box.className = "ol-chips ol-chips--box";
    typing.type = "text";
    typing.id = input.id;
    typing.placeholder = input.dataset.add;
    typing.autocomplete = "off";
    for (const name of ["aria-describedby", "aria-invalid"]) {
      if (input.hasAttribute(name)) {
        typing.setAttribute(name, input.getAttribute(name));
      }
    }
    input.removeAttribute("id");
    input.type = "hidden";
    input.after(box);
    box.append(typing);

    // The box that is typed into stays where it is: whoever leaves it keeps the focus elsewhere.
    const show = (words) => {
      input.value = words.join(", ");
      box.querySelectorAll(".ol-chip").forEach((shown) => shown.remove());
      typing.before(...words.map(chip));
    };
    const without = (word) => wordsOf(input.value).filter((other) => other !== word);
    const take = () => {
      const typed = wordsOf(typing.value);
      typing.value = "";
      if (typed.length) {
        show([...new Set([...wordsOf(input.value), ...typed])]);
      }
    };

    function chip(word) {
      const shown = document.createElement("span");
      const remove = document.createElement("button");
      shown.className = "ol-chip";
      shown.textContent = word;
      remove.type = "button";
      remove.textContent = "×";
      remove.setAttribute("aria-label", input.dataset.remove.replace("{word}", () => word));
      remove.addEventListener("click", () => {
        show(without(word));
        typing.focus();
      });
      shown.append(remove);
      return shown;
    }

    typing.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === ",") {
        event.preventDefault();
        take();
      } else if (event.key === "Backspace" && !typing.value) {
        show(wordsOf(input.value).slice(0, -1));
      }
    });
    // A word that was typed and not yet entered counts when the box is left or the form is sent.
    typing.addEventListener("change", take);
    input.form.addEventListener("submit", take);
    box.addEventListener("click", (event) => event.target === box && typing.focus());
    show(wordsOf(input.value));
  }

  /* ---- Samples, double opt-in ------------------------------------------------------------------- */

  function offerSample(button) {
    const field = document.getElementById(button.dataset.sampleFor);
    const text = button.parentElement.querySelector("[data-sample-text]").textContent;
    const offer = () => (button.hidden = field.value.trim() === text);
    button.addEventListener("click", () => {
      field.value = text;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.focus();
      selectGap(field);
    });
    field.addEventListener("input", offer);
    offer();
  }

  // The first thing to fill in, ready to be typed over.
  function selectGap(field) {
    const gap = field.value.match(/\{[^}]*\}/);
    if (gap) {
      field.setSelectionRange(gap.index, gap.index + gap[0].length);
    }
  }

  function followDoubleOptIn(label) {
    const box = document.querySelector('[name="double_opt_in"]');
    const follow = () => {
      label.textContent = box.checked ? label.dataset.labelOn : label.dataset.labelOff;
    };
    box.addEventListener("change", follow);
    follow();
  }

  /* ---- What a text costs ------------------------------------------------------------------------ */

  function countUnder(form, field) {
    const place = document.createElement("div");
    const ask = Optline.asking();
    place.className = "ol-count";
    place.setAttribute("aria-live", "polite");
    field.after(place);
    const count = async () => {
      if (!field.value.trim()) {
        place.replaceChildren();
        return;
      }
      const body = new FormData();
      body.set("body", field.value);
      body.set("kind", field.dataset.wording ?? "");
      body.set("campaign", form.dataset.campaign);
      body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
      const answer = await ask(form.dataset.count, body);
      if (answer) {
        place.replaceChildren(...answer.querySelectorAll('[data-for="count"] > p, [data-for="wording"] > p'));
      }
    };
    field.addEventListener("input", Optline.afterPause(count));
    place.addEventListener("click", (event) => {
      const missing = event.target.closest("[data-append]");
      if (missing) {
        field.value = `${field.value.trimEnd()} ${missing.dataset.append}`;
        field.focus();
        count();
      }
    });
    count();
  }

  document.querySelectorAll("form[data-count]").forEach((form) => {
    form.querySelectorAll("textarea:not(:disabled)").forEach((field) => countUnder(form, field));
  });
  document.querySelectorAll("input[data-chips]:not(:disabled)").forEach(makeChips);
  document.querySelectorAll("button[data-sample-for]").forEach(offerSample);
  document.querySelectorAll("label[data-label-on]").forEach(followDoubleOptIn);
})();
