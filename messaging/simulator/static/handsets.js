// The Handsets page: which phones are on the table, and the news that reaches them.

import { fetchSenders, fetchTexts, listen } from "./carrier.js";
import { Phone } from "./phone.js";

const STORE = "handsets";
const FIRST_PHONES = [
  { number: "+13135550142", name: "Alex" },
  { number: "+12125550123", name: "Blake" },
];

const table = document.getElementById("phones");
const problem = document.getElementById("add-problem");
const connection = document.getElementById("connection");
const phones = new Map();
const asked = new Map();
let senders = [];
let stopListening = () => {};

function savedPhones() {
  let saved;
  try {
    saved = JSON.parse(localStorage.getItem(STORE));
  } catch {
    saved = null; // unreadable: start anew
  }
  const listed = Array.isArray(saved) ? saved : FIRST_PHONES;
  // A link such as /handsets?number=%2B13135550142 puts that phone on the table too.
  const linked = new URLSearchParams(location.search).getAll("number").map((number) => ({ number }));
  return [...listed, ...linked];
}

function save() {
  localStorage.setItem(STORE, JSON.stringify([...phones.values()].map((phone) => phone.saved)));
}

async function addPhone({ number, name = "", open = null, seen = {} }) {
  const news = await fetchTexts(number);
  if (phones.has(news.number)) return false;
  const phone = new Phone({ number: news.number, name, open, seen }, senders, {
    changed: save,
    removed: () => removePhone(news.number),
  });
  phones.set(news.number, phone);
  table.append(phone.element);
  phone.update(news);
  return true;
}

function removePhone(number) {
  phones.get(number).element.remove();
  phones.delete(number);
  tableChanged();
  document.getElementById("add-number").focus();
}

function tableChanged() {
  save();
  document.getElementById("no-phones").hidden = phones.size > 0;
  stopListening();
  stopListening = listen([...phones.keys()], refresh, showConnection);
}

async function refresh(number) {
  const turn = (asked.get(number) ?? 0) + 1;
  asked.set(number, turn);
  try {
    const news = await fetchTexts(number);
    if (asked.get(number) === turn) phones.get(number)?.update(news); // else a newer answer is on its way
  } catch {
    showConnection("waiting"); // the event stream reconnects by itself and asks again
  }
}

function showConnection(state) {
  connection.dataset.state = state;
  connection.textContent = state === "live" ? "Live" : "Waiting for the carrier…";
}

document.getElementById("add").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  problem.textContent = "";
  try {
    const isNew = await addPhone({ number: form.number.value.trim(), name: form.elements.name.value.trim() });
    if (!isNew) throw new Error("This phone is already here.");
    form.reset();
    tableChanged();
  } catch (error) {
    problem.textContent = error.message;
  }
});

async function start() {
  senders = await fetchSenders();
  for (const saved of savedPhones()) await addPhone(saved).catch(() => {});
  tableChanged();
  setInterval(() => phones.forEach((phone) => phone.tick()), 10_000);
}

start().catch((error) => {
  showConnection("waiting");
  problem.textContent = error.message;
});
