// Every shortcut is a visible control that names its key in aria-keyshortcuts; this only presses it. Off in text fields, and off
// altogether when a person says so on this device.
import { togglePause } from "./live.js";

const OFF = "shortcuts";
let first = ""; // "g" of "g d"
let selected = null;

const typing = (el) => el.isContentEditable || el.matches("input:not([type=checkbox]):not([type=radio]), textarea, select");
const visible = (el) => el.checkVisibility();

function find(keys) {
  const all = [...document.querySelectorAll(`[aria-keyshortcuts="${CSS.escape(keys)}"]`)].filter(visible);
  return all.find((el) => selected?.contains(el)) ?? all[0];
}

function select(step) {
  const items = [...document.querySelectorAll("[data-item]")].filter(visible);
  if (!items.length) return;
  const at = items.indexOf(selected);
  selected?.classList.remove("selected");
  selected = items[Math.min(items.length - 1, Math.max(0, at < 0 ? 0 : at + step))];
  selected.classList.add("selected");
  (selected.matches("[tabindex]") ? selected : selected.querySelector("a, button"))?.focus();
  selected.scrollIntoView({ block: "nearest" });
}

function help() {
  const dialog = document.getElementById("dialog");
  if (!dialog || dialog.open) return;
  const list = document.createElement("dl");
  list.className = "pairs";
  const rows = [["j k", "next, previous"], ["Enter", "open"], ["Shift+L", "pause live updates"]];
  for (const el of document.querySelectorAll("[aria-keyshortcuts]")) {
    if (!visible(el)) continue;
    rows.push([el.getAttribute("aria-keyshortcuts"), (el.getAttribute("aria-label") ?? el.getAttribute("placeholder") ?? el.textContent).trim().replace(/\s+/g, " ")]);
  }
  for (const [keys, text] of rows) {
    const row = document.createElement("div");
    const dt = document.createElement("dt");
    const dd = document.createElement("dd");
    for (const k of keys.split(" ")) {
      const kbd = document.createElement("kbd");
      kbd.textContent = k;
      dt.append(kbd, " ");
    }
    dd.textContent = text;
    row.append(dt, dd);
    list.append(row);
  }
  const title = document.createElement("h2");
  title.id = "confirm-title";
  title.className = "panel-text strong";
  title.textContent = "Keys on this page";
  dialog.replaceChildren(title, list);
  dialog.showModal();
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "k") {
    const box = document.querySelector('[aria-keyshortcuts="Control+k"]');
    if (box && visible(box)) box.focus();
    else location.assign("/search");
    event.preventDefault();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (localStorage.getItem(OFF) === "off" || typing(event.target) || document.querySelector("dialog[open], [popover]:popover-open")) return;
  if (event.key === "L" && event.shiftKey) return togglePause();
  const keys = first ? `${first} ${event.key}` : event.key;
  first = "";
  if (keys === "g") {
    first = "g";
    return;
  }
  if (keys === "j" || keys === "k") select(keys === "j" ? 1 : -1);
  else if (keys === "?") help();
  else {
    const control = find(keys);
    if (!control) return;
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
