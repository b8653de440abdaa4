// The one script of the editor and of the pages around it, which stand still: it brings what app.js brings but for the socket and logs.
// In the editor: line numbers, a check while one pauses, a copy on this device, keys. Without it the form's buttons do the same by pages.
import "./clock.js";
import "./forms.js";
import "./keys.js";
import { announce, morph, parse } from "./page.js";

document.documentElement.classList.add("js");

const form = document.getElementById("author");
const source = document.getElementById("source");

if (form) edit();

function edit() {
  const gutter = document.getElementById("gutter");
  let key = `source:${form.elements.path.value}`;
  let saved = source.value;
  let lines = 0;
  let marked = "";
  let shown = new Date();
  let timer = 0;
  let asked = 0;
  let tabIndents = false;
  let leaving = false;

  const path = () => form.elements.path.value;
  const dirty = () => source.value !== saved;
  const clock = (at) => at.toTimeString().slice(0, 5);

  // Numbers of lines with an error carry a sign; the textarea does not wrap, so that one number is one row.
  function number() {
    const bad = new Set([...document.querySelectorAll("#problems [data-line]")].map((a) => Number(a.dataset.line)));
    const now = source.value.split("\n").length;
    const marks = [...bad].join();
    if (now !== lines || marks !== marked) {
      lines = now;
      marked = marks;
      gutter.textContent = Array.from({ length: lines }, (_, i) => (bad.has(i + 1) ? "!" : "") + (i + 1)).join("\n");
    }
    gutter.scrollTop = source.scrollTop;
  }

  function changed() {
    number();
    clearTimeout(timer);
    timer = setTimeout(check, 400);
    if (dirty()) localStorage.setItem(key, JSON.stringify({ text: source.value, at: Date.now(), base: form.elements.base.value, seen: form.elements.seen.value }));
    else localStorage.removeItem(key);
    document.getElementById("draft-state").textContent = dirty() ? "not saved" : "";
  }

  // The values that the commands of the preview are tried with; they are fields of the form that stand beside it.
  const trial = () => [...form.elements].filter((el) => el.matches("#preview :is(input, select)"));
  const values = () => Object.fromEntries(trial().map((el) => [el.name, el.value]));

  async function send(action, extra) {
    const body = new URLSearchParams({ source: source.value, path: path(), base: form.elements.base.value, seen: form.elements.seen.value, ...extra });
    return fetch(action, { method: "POST", body, headers: { Accept: "text/html" } });
  }

  // The preview stays that of the last text without errors; a strip says so. An answer that is overtaken is dropped.
  async function check(aloud) {
    clearTimeout(timer);
    const mine = ++asked;
    let page;
    try {
      const answer = await send("/playbooks/validate", { only: "checked", ...values() });
      page = parse(await answer.text());
      if (!page.getElementById("problems")) throw new Error(page.querySelector("[data-error]")?.textContent.trim() || `The server answered ${answer.status}.`);
    } catch (error) {
      if (mine === asked) strip(`Not checked: ${error instanceof TypeError ? "there is no connection" : error.message} Preview from ${clock(shown)}.`);
      return;
    }
    if (mine === asked) show(page, aloud);
  }

  function show(page, aloud) {
    const list = page.getElementById("problems");
    const severe = Number(list.dataset.severe);
    const count = list.querySelectorAll("li").length;
    document.getElementById("problems").replaceWith(document.adoptNode(list));
    number();
    if (severe) {
      strip(`${severe} ${severe === 1 ? "error" : "errors"} – preview from ${clock(shown)}`);
    } else {
      morph(document.getElementById("preview"), page.getElementById("preview").outerHTML);
      shown = new Date();
    }
    if (aloud === true) announce(count ? `${count} ${count === 1 ? "problem" : "problems"}.` : "No problems.");
  }

  // The server moves a step, with the lines of its text; here they are typed, so that Ctrl+Z takes them back.
  async function move(button) {
    const before = source.value;
    const card = button.closest(".step").id;
    let page;
    try {
      const answer = await send("/playbooks/move", { move: button.value, ...values() });
      page = parse(await answer.text());
      if (!answer.ok) throw new Error(page.querySelector("[data-problems] li, [data-error]")?.textContent.trim() || `The server answered ${answer.status}.`);
    } catch (error) {
      strip(`Not moved: ${error instanceof TypeError ? "there is no connection." : error.message}`);
      announce(`Not moved: ${error instanceof TypeError ? "there is no connection." : error.message}`, true);
      return;
    }
    if (source.value !== before) return;
    const after = page.getElementById("source").value;
    let from = 0;
    while (before[from] === after[from] && from < before.length) from++;
    let end = 0;
    while (before.at(-1 - end) === after.at(-1 - end) && end < before.length - from) end++;
    source.focus();
    source.setSelectionRange(from, before.length - end);
    insert(after.slice(from, after.length - end));
    clearTimeout(timer);
    asked++;
    show(page);
    const moves = document.getElementById(card)?.querySelector(".moves");
    (moves?.querySelector(`[data-move="${button.dataset.move}"]`) ?? moves?.querySelector("button"))?.focus();
    announce(`Moved ${button.dataset.move}. Ctrl+Z in the text undoes it.`);
  }

  function strip(text) {
    const el = document.getElementById("preview-strip");
    el.textContent = text;
    el.hidden = false;
  }

  async function save() {
    try {
      const answer = await send("/playbooks/draft", { then: "stay" });
      const page = parse(await answer.text());
      if (!answer.ok) throw Object.assign(new Error(page.querySelector("[data-problems] li, [data-error]")?.textContent.trim() || `The server answered ${answer.status}.`), { status: answer.status });
      localStorage.removeItem(key);
      key = `source:${path()}`;
      saved = page.getElementById("source")?.value ?? source.value;
      form.elements.seen.value = page.querySelector("[name=seen]")?.value ?? "";
      history.replaceState(null, "", answer.url.replace(/([?&])done=draft$/, ""));
      document.getElementById("draft-state").textContent = `draft of ${clock(new Date())}`;
      announce("Draft saved.");
    } catch (error) {
      const why = error.status === 409 ? `${error.message} Review changes shows both.` : error instanceof TypeError ? "there is no connection. It is kept on this device." : error.message;
      document.getElementById("draft-state").textContent = `Not saved: ${why}`;
      announce(`Not saved: ${why}`, true);
    }
  }

  function insert(text) {
    source.focus();
    // The only way of changing the text that can be undone with Ctrl+Z.
    if (!document.execCommand("insertText", false, text)) source.setRangeText(text, source.selectionStart, source.selectionEnd, "end");
    changed();
  }

  function go(line) {
    const rows = source.value.split("\n");
    const start = rows.slice(0, line - 1).reduce((n, row) => n + row.length + 1, 0);
    source.focus();
    source.setSelectionRange(start, start + (rows[line - 1]?.length ?? 0));
    const height = Number.parseFloat(getComputedStyle(source).lineHeight);
    source.scrollTop = Math.max(0, (line - 4) * height);
    number();
  }

  function download() {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([source.value], { type: "text/markdown" }));
    link.download = path().split("/").at(-1) || "playbook.md";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  source.addEventListener("input", changed);
  document.addEventListener("input", ({ target }) => {
    if (!trial().includes(target)) return;
    clearTimeout(timer);
    timer = setTimeout(check, 400);
  });
  source.addEventListener("scroll", number);
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    const own = button?.matches("[data-move]") ? () => move(button) : button?.matches("[data-check]") ? () => check(true) : button?.matches("[data-download]") ? download : button?.matches("[data-save]") ? save : null;
    if (!own) {
      leaving = true;
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    own();
  });

  document.addEventListener("click", (event) => {
    const target = event.target.closest("[data-line], [data-insert], [data-local]");
    if (!target) return;
    event.preventDefault();
    if (target.dataset.line) {
      document.querySelector(".pane-switch [value=source]").checked = true;
      go(Number(target.dataset.line));
    } else if (target.dataset.insert) {
      document.querySelector(".pane-switch [value=source]").checked = true;
      insert(document.getElementById(target.dataset.insert).textContent);
    } else {
      const mine = JSON.parse(localStorage.getItem(key) ?? "null");
      document.getElementById("local-draft").hidden = true;
      if (target.dataset.local === "restore" && mine) {
        source.value = mine.text;
        form.elements.base.value = mine.base;
        form.elements.seen.value = mine.seen ?? "";
        changed();
        check();
      } else {
        localStorage.removeItem(key);
      }
      source.focus();
    }
  });

  // Tab leaves the text like any other field, so that nobody is caught in it.
  document.addEventListener("keydown", (event) => {
    const held = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    const button = { s: "[data-save], [data-download]", Enter: "[data-check]" }[event.key];
    if (held && button) {
      event.preventDefault();
      form.requestSubmit(form.querySelector("[data-save]") && event.key === "s" ? form.querySelector("[data-save]") : form.querySelector(button));
    } else if (event.ctrlKey && event.key === "m" && event.target === source) {
      event.preventDefault();
      tabIndents = !tabIndents;
      document.querySelector("[data-tab]").textContent = tabIndents ? "indents" : "leaves the text";
      announce(tabIndents ? "Tab indents." : "Tab leaves the text.");
    } else if (event.key === "Tab" && !held && tabIndents && event.target === source && !event.shiftKey) {
      event.preventDefault();
      insert("  ");
    }
  });

  addEventListener("beforeunload", (event) => {
    if (dirty() && !leaving) event.preventDefault();
  });
  addEventListener("pageshow", () => (leaving = false));

  const mine = JSON.parse(localStorage.getItem(key) ?? "null");
  if (mine && mine.text !== source.value) {
    const note = document.getElementById("local-draft");
    note.querySelector("span").textContent = `Text of ${clock(new Date(mine.at))} that was not saved is on this device.`;
    note.hidden = false;
  } else {
    localStorage.removeItem(key);
  }
  number();
}
