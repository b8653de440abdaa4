// The palette: where to go and what to do here, found by typing a part of its name. The server finds and ranks what there is to go to;
// what the page itself offers is read from its controls. Without this script the header's form searches.
import { announce, load } from "./page.js";

const MOST_RECENT = 5;
const dialog = document.getElementById("palette");
const box = dialog?.querySelector("[role=combobox]");
const list = document.getElementById("palette-list");
const key = `recent:${document.body.dataset.viewer}`;
let asked = null; // the request under way, so that a newer one replaces it
let answered = Promise.resolve();

// Only numbers are kept on this device: what they are called and how they stand comes from the server.
const recent = () => (localStorage.getItem(key) ?? "").split(",").filter(Boolean);

function remember() {
  const room = document.getElementById("main")?.dataset.incident;
  if (room) localStorage.setItem(key, [room, ...recent().filter((n) => n !== room)].slice(0, MOST_RECENT).join(","));
}

export function openPalette() {
  if (!dialog || dialog.open) return;
  box.value = "";
  dialog.showModal();
  answered = ask();
}

async function ask() {
  asked?.abort();
  asked = new AbortController();
  const { signal } = asked;
  const q = box.value.trim();
  let found = [];
  try {
    const [answer, page] = await load(`/palette?${new URLSearchParams({ q, recent: recent().join(",") })}`, { signal });
    if (answer.ok) found = [...page.querySelectorAll("[role=option]")];
  } catch {
    // The line is down: what the page offers by itself is still there.
  }
  if (signal.aborted) return; // a newer question took its place
  const mine = offers(q.toLowerCase());
  show(q ? [...mine, ...found] : [...found, ...mine]);
}

function show(options) {
  options.forEach((option, i) => (option.id = `palette-${i}`));
  list.replaceChildren(...options);
  list.hidden = !options.length;
  dialog.querySelector(".palette-none").hidden = options.length > 0;
  box.setAttribute("aria-expanded", String(options.length > 0));
  if (!options.length) announce("Nothing is called like that.");
  choose(0);
}

// offers are the controls of the page under the palette that have a key or stand in its head.
const CONTROLS = "[aria-keyshortcuts]:not(.app-header *), :is(#room-header, .page-head, .page-bar) .button";
function offers(q) {
  const seen = new Set();
  const all = [];
  for (const control of document.querySelectorAll(CONTROLS)) {
    const name = label(control);
    if (!name || seen.has(name) || !control.checkVisibility({ visibilityProperty: true })) continue;
    seen.add(name);
    if (q && !name.toLowerCase().split(/\s+/).some((_, i, words) => words.slice(i).join(" ").startsWith(q))) continue;
    all.push(offer(control, name));
  }
  return all;
}

function label(control) {
  const own = control.cloneNode(true);
  for (const hint of own.querySelectorAll("kbd, svg")) hint.remove();
  return (control.getAttribute("aria-label") ?? control.getAttribute("placeholder") ?? own.textContent).trim().replace(/\s+/g, " ").replaceAll(" ,", ",");
}

function offer(control, name) {
  const option = dialog.querySelector("template").content.firstElementChild.cloneNode(true);
  option.querySelector(".title").textContent = name;
  const keys = control.getAttribute("aria-keyshortcuts");
  if (keys) option.querySelector("kbd").textContent = keys;
  else option.querySelector("kbd").remove();
  option.addEventListener("click", () => {
    dialog.close();
    control.focus();
    if (control.matches("button, a")) control.click();
  });
  return option;
}

const chosen = () => list.querySelector('[aria-selected="true"]');

function choose(i) {
  const all = list.children;
  const next = all[(i + all.length) % all.length];
  chosen()?.setAttribute("aria-selected", "false");
  next?.setAttribute("aria-selected", "true");
  next?.scrollIntoView({ block: "nearest" });
  if (next) box.setAttribute("aria-activedescendant", next.id);
  else box.removeAttribute("aria-activedescendant");
}

const step = { ArrowDown: 1, ArrowUp: -1 };

async function press(event) {
  if (event.isComposing) return;
  if (step[event.key]) {
    event.preventDefault();
    choose([...list.children].indexOf(chosen()) + step[event.key]);
  } else if (event.key === "Enter") {
    event.preventDefault();
    await answered; // who types fast means what was typed, not what is still shown
    chosen()?.click();
  }
}

if (dialog) {
  remember();
  box.addEventListener("input", () => (answered = ask()));
  box.addEventListener("keydown", press);
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.addEventListener("click", (event) => event.target.closest("[data-palette]") && openPalette());
}
