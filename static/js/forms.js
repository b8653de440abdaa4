// Forms are sent without leaving the page, answer at once, and say in place what went wrong. A form with data-navigate is left to the
// browser: its answer is another page, or something that can be shown only once.
import { announce, load, morphPage } from "./page.js";

const dialog = document.getElementById("dialog");
let opener = null;
export const OFFLINE = "Not sent: there is no connection. Nothing was done.";

// A UUIDv7 per press: pressed twice by accident it is the same wish, pressed again on purpose it is another.
function newKey() {
  const b = crypto.getRandomValues(new Uint8Array(16));
  let ms = Date.now();
  for (let i = 5; i >= 0; i--, ms = Math.floor(ms / 256)) b[i] = ms % 256;
  b[6] = (b[6] & 0x0f) | 0x70;
  b[8] = (b[8] & 0x3f) | 0x80;
  const hex = [...b].map((x) => x.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const button = event.submitter;
  const method = (button?.getAttribute("formmethod") ?? form.getAttribute("method") ?? "get").toLowerCase();
  const asks = (button?.hasAttribute("formaction") ? button : form).hasAttribute("data-confirm");
  if (button?.getAttribute("aria-disabled") === "true") {
    event.preventDefault();
  } else if (asks) {
    event.preventDefault();
    ask(form, button);
  } else if (method === "post" && !form.hasAttribute("data-navigate")) {
    event.preventDefault();
    post(form, button);
  } else if (method === "post") {
    button?.setAttribute("aria-disabled", "true");
  }
});

// Run becomes Stop under the pointer: the second half of a double click is not meant for it.
document.addEventListener("click", (event) => {
  if (event.detail > 1 && event.target.closest("[data-act]")) event.preventDefault();
});

addEventListener("pageshow", () => {
  for (const b of document.querySelectorAll("[data-navigate] [aria-disabled]")) b.removeAttribute("aria-disabled");
});

function busy(button) {
  if (!button) return () => {};
  const label = [...button.childNodes];
  button.setAttribute("aria-disabled", "true");
  button.dataset.busy = "";
  const word = { run: "Running…", stop: "Stopping…" }[button.dataset.act];
  if (word) button.replaceChildren(word);
  // An update from the server may have made another button of it meanwhile; then there is nothing to put back.
  return () => {
    if (!button.isConnected || !("busy" in button.dataset)) return;
    delete button.dataset.busy;
    button.removeAttribute("aria-disabled");
    button.replaceChildren(...label);
  };
}

async function post(form, button) {
  complain(form, "");
  const body = new URLSearchParams(new FormData(form, button));
  body.set("key", newKey());
  const action = button?.getAttribute("formaction") ?? form.getAttribute("action");
  const done = busy(button);
  try {
    const [answer, page] = await load(action, { method: "POST", body });
    if (!answer.ok) {
      complain(form, reason(page, answer));
      return;
    }
    form.reset();
    form.dispatchEvent(new CustomEvent("wardroom:sent", { bubbles: true }));
    for (const open of document.querySelectorAll("dialog[open]")) open.close();
    form.closest("[popover]:popover-open")?.hidePopover();
    const to = new URL(answer.url);
    if (to.pathname !== location.pathname) location.assign(to);
    else {
      morphPage(page);
      const said = page.querySelector(".notice")?.textContent;
      if (said) announce(said);
    }
  } catch {
    complain(form, OFFLINE);
  } finally {
    done();
  }
}

export function reason(page, answer) {
  const found = page.querySelector("[data-error], [data-problems]");
  return found?.textContent.trim() || `The server answered ${answer.status}.`;
}

export function complain(form, text) {
  const old = form.querySelector(":scope > .form-problem");
  if (!text) return void old?.remove();
  const p = old ?? document.createElement("p");
  p.className = "field-error form-problem";
  p.setAttribute("role", "alert");
  p.textContent = text;
  form.append(p);
}

// ask shows the confirmation page's own section in the dialog.
async function ask(form, button) {
  complain(form, "");
  const url = new URL(button?.getAttribute("formaction") ?? form.getAttribute("action"), location.href);
  const method = form.method.toUpperCase();
  let body = new URLSearchParams(new FormData(form, button));
  body.delete("key"); // asking does nothing
  if (method === "GET") [url.search, body] = [body, null];
  const done = busy(button);
  try {
    const [answer, page] = await load(url, { method, body });
    const section = page.getElementById("confirm");
    if (!section) {
      complain(form, reason(page, answer));
      return;
    }
    opener = button;
    dialog.replaceChildren(document.adoptNode(section));
    dialog.style.marginBlockStart = "";
    dialog.showModal();
    keepAway(button);
    dialog.querySelector("input[type=password], [data-cancel]").focus();
  } catch {
    complain(form, OFFLINE);
  } finally {
    done();
  }
}

// The button that confirms must never lie under the pointer that opened the dialog.
function keepAway(button) {
  const confirm = dialog.querySelector(".confirm-buttons button[type=submit]");
  if (!button || !confirm) return;
  const under = button.getBoundingClientRect();
  for (const top of ["", "24px", "200px", "260px"]) {
    dialog.style.marginBlockStart = top;
    const at = confirm.getBoundingClientRect();
    if (at.right < under.left || at.left > under.right || at.bottom < under.top || at.top > under.bottom) return;
  }
}

dialog?.addEventListener("close", () => {
  dialog.replaceChildren();
  giveBack();
});

// The focus goes back to what opened the dialog, or to what opened the menu that it stands in.
function giveBack() {
  const menu = opener?.closest("[popover]:not(dialog, :popover-open)");
  const back = menu && !opener.checkVisibility() ? document.querySelector(`[popovertarget="${menu.id}"]`) : opener;
  if (back?.isConnected) back.focus();
  opener = null;
}

// Sheets are popovers without this script; with it nothing behind them can be reached until they are closed.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[popovertarget]");
  const sheet = button && document.getElementById(button.getAttribute("popovertarget"));
  if (!sheet?.matches("dialog")) return;
  event.preventDefault();
  if (sheet.open) {
    sheet.close();
    return;
  }
  opener = button;
  sheet.addEventListener("close", giveBack, { once: true });
  sheet.showModal();
});

document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-cancel], [data-copy], [data-copy-here], [data-print], [data-filter], #outline a");
  if (!target) return;
  if (target.matches("dialog [data-cancel]")) {
    event.preventDefault();
    target.closest("dialog").close();
  } else if (target.matches("[data-copy]")) {
    copy(target.dataset.copy);
  } else if (target.matches("[data-copy-here]")) {
    copy(location.href); // with the step that is selected
  } else if (target.matches("[data-print]")) {
    print();
  } else if (target.matches("#outline a")) {
    target.closest("[popover]").hidePopover();
  } else if (target.matches("[data-filter]") && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    filter(target);
  }
});

// Every row is here already; a filter only shows and hides. The address keeps it.
function filter(chip) {
  for (const c of chip.closest("nav").querySelectorAll("[data-filter]")) c.toggleAttribute("aria-current", c === chip);
  chip.setAttribute("aria-current", "true");
  document.getElementById("timeline").dataset.show = chip.dataset.filter;
  countShown();
  history.replaceState(null, "", `?timeline=${chip.dataset.filter}${location.hash}`);
}

// Which filter this page shows only this page knows.
function countShown() {
  const list = document.getElementById("timeline");
  const count = document.querySelector("#timeline-count [data-shown]");
  if (!list || !count) return;
  const rows = list.querySelectorAll(list.dataset.show === "all" ? ":scope > li" : `:scope > li[data-in~="${list.dataset.show}"]`);
  if (count.textContent !== String(rows.length)) count.textContent = rows.length;
}
document.addEventListener("wardroom:patched", countShown);

// The server does not know under which name people reach it; this page does.
for (const field of document.querySelectorAll("input[data-select]")) {
  if (field.value.startsWith("/")) field.value = location.origin + field.value;
}

async function copy(text) {
  if (text.startsWith("/")) text = location.origin + text;
  try {
    await navigator.clipboard.writeText(text);
    announce("Copied.");
  } catch {
    // Without a secure context there is no clipboard: show the text selected, ready for Ctrl+C.
    const sheet = document.getElementById("copy-sheet").content.cloneNode(true);
    const area = sheet.querySelector("textarea");
    sheet.querySelector("h2").id = "confirm-title"; // by which the dialog is named
    area.value = text;
    dialog.replaceChildren(sheet);
    dialog.showModal();
    area.select();
  }
}

document.addEventListener("focusin", (event) => event.target.matches?.("[data-select]") && event.target.select());
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches?.("[data-submit]")) event.target.form.requestSubmit();
});

// What somebody is writing survives a reload and a lost connection, on this device, until it is sent.
const draft = (el) => `draft:${el.dataset.draft}`;

function restore() {
  for (const el of document.querySelectorAll("[data-draft]")) {
    const saved = localStorage.getItem(draft(el));
    if (saved && el.value === el.defaultValue) el.value = saved;
  }
}

document.addEventListener("input", ({ target }) => {
  if (!target.matches?.("[data-draft]")) return;
  if (target.value) localStorage.setItem(draft(target), target.value);
  else localStorage.removeItem(draft(target));
});

for (const sent of ["wardroom:sent", "submit"]) {
  document.addEventListener(sent, (event) => {
    if (sent === "submit" && !event.target.hasAttribute("data-navigate")) return;
    for (const el of event.target.querySelectorAll("[data-draft]")) localStorage.removeItem(draft(el));
  });
}

document.addEventListener("wardroom:patched", restore);
restore();
