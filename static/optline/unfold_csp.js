/* The admin theme under a policy that forbids eval.
 *
 * Alpine's CSP build reads an attribute with a parser of its own: one expression, no statements, no arrow
 * functions and no globals. What Unfold's templates take from the global scope is therefore handed in here,
 * once, as Alpine components. The few expressions that the parser cannot read at all have a template of
 * their own under templates/unfold/, which says so.
 */
"use strict";

(() => {
  /* ---- Components ---------------------------------------------------------------------------- */

  // The parts of `window.location` that Unfold's expressions read and write.
  const address = {
    get pathname() {
      return window.location.pathname;
    },
    get search() {
      return window.location.search;
    },
    get hash() {
      return window.location.hash;
    },
    get href() {
      return window.location.href;
    },
    set href(url) {
      window.location.assign(url);
    },
  };

  // <html>: the colour scheme, and what the expressions of a whole page see.
  const root = (defaultTheme) => ({
    ...theme(defaultTheme),
    window: { location: address },
    sortRecords: (event) => sortRecords(event),
    moveRecords: (event) => moveRecords(event),
  });

  // <body>: the open inline tab and the two states of the sidebar. The desktop's survives the page.
  const page = (primaryTab) => ({
    activeTab: getCurrentTab() || primaryTab,
    sidebarMobileOpen: false,
    sidebarDesktopOpen: localStorage.getItem("sidebarDesktopOpen") !== "0",
    init() {
      this.$watch("sidebarDesktopOpen", (open) => localStorage.setItem("sidebarDesktopOpen", open ? "1" : "0"));
    },
  });

  const commandPalette = () => ({
    ...searchCommand(),
    // Enter opens the marked result, or the first; with Ctrl or Cmd in a new tab.
    openSelected(event, remember) {
      if (!this.items?.length) {
        return;
      }
      this.currentIndex = Math.max(this.currentIndex, 1);
      this.selectItem(remember, event.metaKey || event.ctrlKey);
    },
  });

  const TAB_STEPS = {
    ArrowLeft: (at, count) => (at + count - 1) % count,
    ArrowRight: (at, count) => (at + 1) % count,
    Home: () => 0,
    End: (at, count) => count - 1,
  };

  const fieldsetTabs = (firstTab) => ({
    activeFieldsetTab: firstTab,
    moveBetweenTabs(event) {
      const step = TAB_STEPS[event.key];
      if (!step) {
        return;
      }
      const tabs = [...event.currentTarget.querySelectorAll("[role=tab]")];
      const next = tabs[step(tabs.indexOf(document.activeElement), tabs.length)];
      event.preventDefault();
      next.focus();
      next.click();
    },
  });

  const arrayItems = () => ({
    items: [],
    nextKey: 0,
    add() {
      this.items.push({ key: this.nextKey++ });
    },
    remove(index) {
      this.items.splice(index, 1);
    },
    // A row added inside a new inline form still bears the form's placeholder: its neighbour has the name.
    adoptName(row) {
      const input = row.querySelector("input, select");
      if (input.name.includes("__prefix__")) {
        input.name = row.parentElement.querySelector("input, select").name;
      }
      input.focus();
    },
  });

  document.addEventListener("alpine:init", () => {
    Alpine.data("theme", root);
    Alpine.data("page", page);
    Alpine.data("searchForm", () => searchForm());
    Alpine.data("searchDropdown", () => searchDropdown());
    Alpine.data("searchCommand", commandPalette);
    Alpine.data("fieldsetTabs", fieldsetTabs);
    Alpine.data("arrayItems", arrayItems);
  });

  /* ---- Keyboard and screen reader ------------------------------------------------------------ */

  // Unfold puts click handlers on spans, divs and links without an address, which no keyboard reaches.
  const MOUSE_ONLY = "[x-on\\:click]:not(a[href], button, input, [tabindex], #changelist-filter-close), .delete-template:not([tabindex])";
  // Which of the sentences of admin/said_by_scripts.html names an icon.
  const ICON_NAMES = {
    close: "saidClose",
    delete: "saidRemoveIt",
    more_horiz: "saidMoreActions",
    more_vert: "saidRelated",
  };

  function reachByKeyboard(element) {
    element.tabIndex = 0;
    element.setAttribute("role", "button");
    const name = ICON_NAMES[element.textContent.trim()];
    if (name && !element.title) {
      element.setAttribute("aria-label", document.body.dataset[name]);
    }
  }

  // Icons are ligatures: unless it is the only name of a control, a screen reader should not read "unfold_more".
  function hideIconFromReaders(icon) {
    const control = icon.closest("a, button, [role=button]");
    const isOnlyName =
      control && !control.title && !control.ariaLabel && control.textContent.trim() === icon.textContent.trim();
    if (control !== icon && !isOnlyName) {
      icon.setAttribute("aria-hidden", "true");
    }
  }

  function makeReachable() {
    document.querySelectorAll(MOUSE_ONLY).forEach(reachByKeyboard);
    document.querySelectorAll(".material-symbols-outlined:not([aria-hidden])").forEach(hideIconFromReaders);
  }

  document.addEventListener("keydown", (event) => {
    const isPress = event.key === "Enter" || event.key === " ";
    if (isPress && event.target.matches("[role=button][tabindex]:not(button)")) {
      event.preventDefault();
      event.target.click();
    }
  });

  // A dialog that a row's or a page's action opened: announced as one, with the focus in it.
  document.addEventListener("htmx:afterSettle", ({ target }) => {
    if (target.id !== "modal-content") {
      return;
    }
    target.setAttribute("role", "dialog");
    target.setAttribute("aria-modal", "true");
    target.querySelector("input:not([type=hidden]), select, textarea, button")?.focus();
  });

  function openForeignLinksInNewTab() {
    for (const link of document.querySelectorAll("#nav-sidebar-apps a[href]")) {
      if (link.origin !== window.location.origin) {
        link.target = "_blank";
        link.rel = "noopener";
        link.title = document.body.dataset.saidNewTab;
      }
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    openForeignLinksInNewTab();
    makeReachable();
    new MutationObserver(makeReachable).observe(document.body, { childList: true, subtree: true });
  });
})();
