// One phone: the list of its conversations, and the conversation that is open.

import { sendText } from "./carrier.js";
import { captionOf, clockTime, kindOf, pretty } from "./words.js";

const QUICK_TEXTS = ["STOP", "HELP", "YES", "JOIN", "START", "unsubscribe please"];

let lastId = 0;

export class Phone {
  // `saved` is {number, name, open, seen}; `changed()` is called when it is to be saved.
  constructor(saved, senders, { changed, removed }) {
    this.saved = saved;
    this.senders = new Map(senders.map((sender) => [sender.address, sender]));
    this.changed = changed;
    this.texts = [];
    this.element = document.getElementById("phone-template").content.firstElementChild.cloneNode(true);
    this.rows = new Map();
    this.#label(removed);
    this.#wire();
    this.#show();
  }

  part(name) {
    return this.element.querySelector(`.${name}`);
  }

  get title() {
    return this.saved.name || pretty(this.saved.number);
  }

  // Takes over what the carrier says about this phone.
  update({ texts, not_delivered: notDelivered }) {
    const known = new Set(this.texts.map((text) => text.sid));
    const merged = [...texts, ...notDelivered].sort((a, b) => a.at.localeCompare(b.at));
    const isFirst = !this.loaded;
    this.loaded = true;
    this.texts = merged.filter((text) => this.senders.has(text.sender_number));
    this.#show();
    if (!isFirst) this.#announce(this.texts.filter((text) => !known.has(text.sid)));
  }

  tick() {
    this.part("clock").textContent = clockTime(Date.now());
  }

  // --- Setting up ---------------------------------------------------------------------------

  #label(removed) {
    this.element.setAttribute("aria-label", `Phone of ${this.title}`);
    this.element.dataset.number = this.saved.number;
    this.part("owner").textContent = this.title;
    this.part("owner-number").textContent = this.saved.name ? pretty(this.saved.number) : "";
    this.part("remove").setAttribute("aria-label", `Remove the phone of ${this.title}`);
    this.part("remove").addEventListener("click", removed);
    this.tick();
  }

  #wire() {
    const input = this.element.querySelector("textarea");
    input.id = `text-${(lastId += 1)}`;
    input.setAttribute("aria-label", `Text from ${this.title}`);
    this.part("back").addEventListener("click", () => this.#open(null));
    this.part("compose").addEventListener("submit", (event) => {
      event.preventDefault();
      const body = input.value;
      if (!body.trim()) return;
      input.value = "";
      input.style.removeProperty("height");
      this.#send(body);
    });
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.part("compose").requestSubmit();
      }
    });
    input.addEventListener("input", () => {
      input.style.height = "auto";
      input.style.height = `${Math.min(input.scrollHeight, 120)}px`;
    });
    this.part("quick").append(...QUICK_TEXTS.map((word) => this.#quickButton(word)));
  }

  #quickButton(word) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = word;
    button.addEventListener("click", () => this.#send(word));
    return button;
  }

  // --- Texting ------------------------------------------------------------------------------

  async #send(body) {
    const to = this.saved.open;
    this.part("problem").textContent = "";
    try {
      await sendText(this.saved.number, to, body);
    } catch (error) {
      this.part("problem").textContent = error.message;
    }
  }

  #announce(fresh) {
    const elsewhere = fresh.filter(
      (text) => text.direction === "received" && text.sender_number !== this.saved.open,
    );
    if (elsewhere.length === 0) return;
    const { sender_number: from, body } = elsewhere.at(-1);
    this.part("announcer").textContent = `${this.title}: new text from ${pretty(from)}: ${body}`;
  }

  // --- Showing ------------------------------------------------------------------------------

  #open(address) {
    const before = this.saved.open;
    this.saved.open = address;
    this.part("bubbles").replaceChildren();
    this.part("problem").textContent = "";
    this.#show();
    if (address) this.element.querySelector("textarea").focus();
    else this.rows.get(before)?.querySelector("button").focus();
  }

  #show() {
    const sender = this.senders.get(this.saved.open);
    this.part("list-screen").hidden = Boolean(sender);
    this.part("thread-screen").hidden = !sender;
    if (sender) this.#showThread(sender);
    this.#showList();
    this.changed();
  }

  #thread(address) {
    return this.texts.filter((text) => text.sender_number === address);
  }

  #showThread(sender) {
    const texts = this.#thread(sender.address);
    this.part("thread-title").textContent = pretty(sender.address);
    this.part("thread-kind").textContent = `${kindOf(sender)} · ${sender.account}`;
    const log = this.part("bubbles");
    log.setAttribute("aria-label", `Conversation of ${this.title} with ${pretty(sender.address)}`);
    const shown = new Map([...log.children].map((bubble) => [bubble.dataset.sid, bubble]));
    const wasAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
    texts.forEach((text, index) => {
      const bubble = shown.get(text.sid) ?? createBubble(text);
      shown.delete(text.sid);
      caption(bubble, text);
      if (log.children[index] !== bubble) log.insertBefore(bubble, log.children[index] ?? null);
    });
    shown.forEach((bubble) => bubble.remove());
    if (wasAtEnd || texts.length === 0) log.scrollTop = log.scrollHeight;
    this.saved.seen[sender.address] = texts.length;
  }

  #showList() {
    const focused = document.activeElement;
    const last = (sender) => this.#thread(sender.address).at(-1)?.at ?? "";
    const senders = [...this.senders.values()];
    const recent = senders.filter(last).sort((a, b) => last(b).localeCompare(last(a)));
    const others = senders.filter((sender) => !last(sender));
    this.part("list-empty").hidden = recent.length > 0;
    this.part("recent").replaceChildren(...recent.map((sender) => this.#row(sender)));
    this.part("others").replaceChildren(...others.map((sender) => this.#row(sender)));
    if (this.element.contains(focused)) focused.focus(); // moving a row takes the focus from it
  }

  #row(sender) {
    const texts = this.#thread(sender.address);
    const seen = Math.min(this.saved.seen[sender.address] ?? 0, texts.length);
    const row = this.rows.get(sender.address) ?? this.#createRow(sender);
    row.querySelector(".row-preview").textContent = texts.at(-1)?.body ?? sender.account;
    row.querySelector(".row-time").textContent = texts.length ? clockTime(texts.at(-1).at) : "";
    const unread = row.querySelector(".row-unread");
    unread.hidden = seen === texts.length;
    unread.firstChild.textContent = texts.length - seen;
    return row;
  }

  #createRow(sender) {
    const row = document.createElement("li");
    const button = make("button", "row");
    button.type = "button";
    button.dataset.sender = sender.address;
    const avatar = make("span", `avatar ${sender.kind}`);
    avatar.setAttribute("aria-hidden", "true");
    avatar.textContent = { short_code: "#", long_code: "☎", toll_free: "8" }[sender.kind];
    const name = make("span", "row-name");
    name.textContent = pretty(sender.address);
    const kind = make("span", "row-kind");
    kind.textContent = kindOf(sender);
    button.append(avatar, name, make("span", "row-time"), kind, make("span", "row-preview"));
    const unread = make("span", "row-unread");
    const word = make("span", "visually-hidden");
    word.textContent = " new";
    unread.append("", word);
    button.append(unread);
    button.addEventListener("click", () => this.#open(sender.address));
    row.append(button);
    this.rows.set(sender.address, row);
    return row;
  }
}

function make(tag, className) {
  const element = document.createElement(tag);
  element.className = className;
  return element;
}

function createBubble(text) {
  const item = make("div", `bubble ${text.direction}`);
  item.dataset.sid = text.sid;
  const body = make("p", "body");
  body.textContent = text.body;
  item.append(body, make("p", "caption"), make("p", "explanation"));
  return item;
}

function caption(item, text) {
  const [words, isFault] = captionOf(text);
  const line = item.querySelector(".caption");
  if (line.textContent !== words) line.textContent = words;
  const behind = item.querySelector(".explanation");
  if (behind.textContent !== text.explanation) behind.textContent = text.explanation;
  behind.hidden = !text.explanation;
  item.classList.toggle("fault", isFault);
  item.classList.toggle("by-carrier", text.by === "carrier");
}
