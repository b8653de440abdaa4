// What all modules do with the page: fetch what the server says now, change the page to it without taking anything from the person in
// front of it (typed text, an open fold, the caret, output that is already here), and say aloud what is new.
import { Idiomorph } from "./idiomorph.js";

function dirty(form) {
  return [...form.elements].some((el) => {
    if (el === document.activeElement && el.matches("input:not([type=hidden]), textarea, select")) return true;
    if (el.type === "hidden" || el.type === "submit") return false;
    if (el.type === "checkbox" || el.type === "radio") return el.checked !== el.defaultChecked;
    if (el.tagName === "SELECT") return el.selectedIndex !== Math.max(0, [...el.options].findIndex((o) => o.defaultSelected));
    return "defaultValue" in el && el.value !== el.defaultValue;
  });
}

const callbacks = {
  beforeNodeMorphed(old, fresh) {
    if (old.nodeType !== Node.ELEMENT_NODE) return true;
    if (old.hasAttribute("data-keep")) return false;
    if (old.tagName === "FORM" && dirty(old)) return false;
    if (old.hasAttribute("data-log") && fresh.getAttribute?.("data-log") === old.getAttribute("data-log")) return false;
    return true;
  },
  // What can be shown only once stays until the person leaves.
  beforeNodeRemoved: (old) => !(old.nodeType === Node.ELEMENT_NODE && old.hasAttribute("data-keep")),
  beforeAttributeUpdated: (name) => name !== "open",
};

// Only what somebody types into keeps its value: a focused button says what it does now.
export function morph(el, content) {
  const typing = document.activeElement?.matches("input, textarea, select") ?? false;
  Idiomorph.morph(el, content, { morphStyle: "outerHTML", ignoreActiveValue: typing, callbacks });
  document.dispatchEvent(new CustomEvent("wardroom:patched"));
}

// Pages are fetched to be shown, never to be run: a document of DOMParser starts no script.
export function parse(html) {
  return new DOMParser().parseFromString(html, "text/html");
}

// load fetches a page of ours: how the server answered, and what it says.
export async function load(url, options) {
  const answer = await fetch(url, { headers: { Accept: "text/html" }, ...options });
  return [answer, parse(await answer.text())];
}

// morphPage makes this page what another rendering of it says. Regions inside a form that somebody is filling in are brought up to
// date by themselves.
export function morphPage(fresh) {
  for (const selector of [".app-header", "#room-header", "#main", "#room-bar"]) {
    const old = document.querySelector(selector);
    const now = fresh.querySelector(selector);
    if (old && now) morph(old, now.outerHTML);
  }
  for (const region of document.querySelectorAll("form [data-live]")) {
    const now = fresh.getElementById(region.id);
    if (now && dirty(region.closest("form"))) morph(region, now.outerHTML);
  }
}

// The page's two voices. Polite sentences are collected and spoken at most every five seconds; an alarm is spoken at once.
const PAUSE = 5000;
let waiting = [];
let quietUntil = 0;
let timer = 0;

export function announce(text, assertive = false) {
  if (!text) return;
  if (assertive) {
    document.getElementById("alert").textContent = text;
    return;
  }
  waiting.push(text);
  if (!timer) timer = setTimeout(speak, Math.max(0, quietUntil - Date.now()));
}

function speak() {
  timer = 0;
  quietUntil = Date.now() + PAUSE;
  const said = waiting.length > 3 ? `${waiting.at(-1)} (and ${waiting.length - 1} more changes)` : waiting.join(" ");
  waiting = [];
  document.getElementById("announce").textContent = said;
}
