// Every shortcut is a visible control that names its key in aria-keyshortcuts; this only presses it. Off in text fields, and off
// altogether when a person says so on this device.
import { openPalette } from "./palette.js";

const OFF = "shortcuts";
let first = ""; // "g" of "g d"
let selected = null;

const typing = (el) => el.isContentEditable || el.matches("input:not([type=checkbox]):not([type=radio]), textarea, select");
const visible = (el) => el.checkVisibility();

// The item that keys mean: the one with the focus, or the one that j and k went to.
const here = () => document.activeElement?.closest("[data-item]") ?? (selected?.isConnected ? selected : null);

// A key never presses something in another item than the selected one. Without a selection the room's current step is meant, and a
// run is started nowhere else.
function find(keys) {
  const item = here() ?? document.querySelector("[data-item]:has(.is-current)");
  const all = [...document.querySelectorAll(`[aria-keyshortcuts="${CSS.escape(keys)}"]`)].filter((el) => visible(el) || item?.contains(el));
  const inside = all.find((el) => item?.contains(el));
  if (inside || here()) return inside ?? all.find((el) => !el.closest("[data-item]"));
  return all.find((el) => el.dataset.act !== "run");
}

function select(step) {
  const items = [...document.querySelectorAll("[data-item]")].filter(visible);
  if (!items.length) return;
  const at = items.indexOf(here());
  selected?.classList.remove("selected");
  selected = items[Math.min(items.length - 1, Math.max(0, at < 0 ? 0 : at + step))];
  selected.classList.add("selected");
  (selected.matches("[tabindex]") ? selected : selected.querySelector("a, button"))?.focus();
  selected.scrollIntoView({ block: "nearest" });
  if (selected.id) history.replaceState(null, "", `#${selected.id}`);
}

// What is selected stays marked when the page is brought up to date, and only while the focus is not in another item.
document.addEventListener("wardroom:patched", () => selected?.classList.add("selected"));
document.addEventListener("focusin", ({ target }) => {
  const item = target.closest("[data-item]");
  if (!item || item === selected) return;
  selected?.classList.remove("selected");
  selected = null;
});

function toggleFold() {
  const fold = document.activeElement.matches("[data-item]") && document.activeElement.querySelector(":scope > details");
  if (fold) fold.open = !fold.open;
  return Boolean(fold);
}

// What a control does, without what only decorates it.
function says(el) {
  const text = el.cloneNode(true);
  for (const extra of text.querySelectorAll("kbd, .sr-only, .count")) extra.remove();
  return (el.getAttribute("aria-label") || el.title || el.getAttribute("placeholder") || text.textContent).trim().replace(/\s+/g, " ");
}

function help() {
  const dialog = document.getElementById("dialog");
  if (!dialog || dialog.open) return;
  const rows = new Map([["j k", "Next, previous"], ["Enter", "Open, fold"], ["Shift+L", "Pause live updates"]]);
  for (const el of document.querySelectorAll("[aria-keyshortcuts]")) {
    const keys = el.getAttribute("aria-keyshortcuts");
    if (visible(el) && !rows.has(keys)) rows.set(keys, says(el));
  }
  const make = (tag, className, ...content) => {
    const el = document.createElement(tag);
    el.className = className;
    el.append(...content);
    return el;
  };
  const list = make("dl", "pairs");
  for (const [keys, text] of rows) {
    const caps = keys.split(" ").flatMap((k) => [make("kbd", "", k), " "]);
    list.append(make("div", "", make("dt", "", ...caps), make("dd", "", text)));
  }
  const title = make("h2", "grow", "Keys on this page");
  title.id = "confirm-title";
  const close = make("button", "icon-button", "×");
  close.type = "button";
  close.dataset.cancel = "";
  close.autofocus = true;
  close.setAttribute("aria-label", "Close");
  dialog.replaceChildren(make("header", "panel-head", title, close), list);
  dialog.showModal();
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    openPalette();
    event.preventDefault();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (localStorage.getItem(OFF) === "off" || typing(event.target) || document.querySelector("dialog[open], [popover]:popover-open")) return;
  if (event.key === "L" && event.shiftKey) return void document.dispatchEvent(new Event("wardroom:pause"));
  const keys = first ? `${first} ${event.key}` : event.key;
  first = "";
  if (keys === "g") {
    first = "g";
    return;
  }
  if (keys === "j" || keys === "k") select(keys === "j" ? 1 : -1);
  else if (keys === "?") help();
  else if (keys === "Enter") {
    if (!toggleFold()) return;
  } else {
    const control = find(keys);
    if (!control) return;
    const fold = control.closest("[data-item] > details");
    if (fold) fold.open = true;
    if (typing(control)) control.focus();
    else control.click();
  }
  event.preventDefault();
});

const box = document.querySelector("[data-shortcuts]");
if (box) {
  box.checked = localStorage.getItem(OFF) !== "off";
  box.onchange = () => localStorage.setItem(OFF, box.checked ? "on" : "off");
}
