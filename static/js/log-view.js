// Output: numbered lines become text nodes, never markup. A card shows the last few lines, the log page up to 5,000 of them in chunks
// of 100 whose layout the browser skips while they are out of sight.
const CHUNK = 100;
const PER_FRAME = 200;
const queues = new Map(); // element → lines that wait for the next frame
const asked = new Map(); // element id → run whose output was asked for
let send = () => {};
let following = false;
let unseen = 0;

const containers = (run) => [...document.querySelectorAll("[data-log-of]")].filter((el) => !run || el.dataset.log === run);
const lastNumber = (el) => Number([...el.querySelectorAll(".l[data-n]")].at(-1)?.dataset.n ?? 0);
const region = (el) => document.getElementById(el.dataset.logOf);
const full = (el) => Number(el.dataset.max) > CHUNK;

export function start(sender) {
  send = sender;
  document.addEventListener("wardroom:patched", adopt);
  const page = document.querySelector("#log[data-log]");
  if (page) pageTools(page);
}

// cursors are the lines that the server need not send again: <run>:<last line>,…
export function cursors() {
  const all = containers().filter((el) => el.dataset.log && region(el)?.dataset.running === "true" && !el.hasAttribute("data-partial"));
  all.forEach((el) => asked.set(el.id, el.dataset.log));
  return all.map((el) => `${el.dataset.log}:${lastNumber(el)}`).join(",");
}

// adopt notices that a command has a new run and asks for its output, once.
function adopt() {
  for (const el of containers()) {
    const now = region(el);
    const run = now?.dataset.run;
    if (!run || el.hasAttribute("data-partial")) continue;
    let from = lastNumber(el);
    const other = run !== el.dataset.log;
    if (other) {
      if (el.dataset.log) send({ op: "unwatch", run: el.dataset.log });
      queues.delete(el);
      el.replaceChildren();
      el.dataset.log = run;
      el.hidden = true;
      from = Math.max(0, Number(now.dataset.lines) - Number(el.dataset.max));
    }
    if (asked.get(el.id) === run || !(other || now.dataset.running === "true")) continue;
    asked.set(el.id, run);
    send({ op: "watch", run, from });
  }
}

export function receive({ run, from, lines, err = [] }) {
  const stderr = new Set(err);
  for (const el of containers(run)) {
    if (el.hasAttribute("data-partial")) continue;
    const waiting = queues.get(el) ?? [];
    const last = waiting.at(-1)?.n ?? lastNumber(el);
    if (full(el) && last && from > last + 1) repair({ run, from: last + 1, to: from - 1 });
    lines.forEach((runs, i) => {
      if (from + i > last) waiting.push({ n: from + i, runs, err: stderr.has(i) });
    });
    const max = Number(el.dataset.max);
    if (waiting.length > max) waiting.splice(0, waiting.length - max);
    if (!waiting.length) continue;
    if (!queues.has(el)) requestAnimationFrame(() => flush(el));
    queues.set(el, waiting);
  }
}

export function pending({ run, line }) {
  for (const el of containers(run)) {
    if (el.hasAttribute("data-partial") || queues.has(el)) continue;
    el.querySelector(".pending")?.remove();
    const row = build({ runs: line });
    row.classList.add("pending");
    el.hidden = false;
    el.append(row);
    trim(el);
  }
}

export function end({ run }) {
  for (const el of containers(run)) el.querySelector(".pending")?.remove();
}

// repair fetches what was dropped on the way; lines that have come meanwhile are skipped by their number.
export async function repair({ run, from, to }) {
  try {
    const answer = await fetch(`/runs/${encodeURIComponent(run)}/lines?from=${from}&to=${to}`, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const piece = await answer.json();
    const stderr = new Set(piece.err ?? []);
    for (const el of containers(run)) {
      if (piece.lines.length) el.hidden = false;
      piece.lines.forEach((runs, i) => place(el, { n: piece.from + i, runs, err: stderr.has(i) }));
      trim(el);
    }
  } catch {
    // Offline: the next connection goes on from the last line that is here.
  }
}

function build({ n, runs, err }) {
  const row = document.createElement("div");
  row.className = err ? "l err" : "l";
  if (n) row.dataset.n = n;
  for (const [style, text] of runs) {
    if (style && /^[a-z0-9 -]+$/.test(style)) {
      const span = document.createElement("span");
      span.className = style;
      span.textContent = text;
      row.append(span);
    } else {
      row.append(text);
    }
  }
  return row;
}

function flush(el) {
  const waiting = queues.get(el);
  if (!waiting) return;
  const batch = waiting.splice(0, PER_FRAME);
  if (waiting.length) requestAnimationFrame(() => flush(el));
  else queues.delete(el);
  el.querySelector(".pending")?.remove();
  el.hidden = false;
  batch.forEach((line) => place(el, line));
  trim(el);
  count(el, batch.at(-1).n);
  if (full(el)) follow(el, batch.length);
}

// place puts a line where its number belongs, once.
function place(el, line) {
  let parent = el;
  if (full(el)) {
    const k = Math.floor((line.n - 1) / CHUNK);
    parent = el.querySelector(`:scope > [data-k="${k}"]`);
    if (!parent) {
      parent = document.createElement("div");
      parent.className = "chunk";
      parent.dataset.k = k;
      const after = [...el.children].reverse().find((c) => Number(c.dataset.k) < k);
      if (after) after.after(parent);
      else el.prepend(parent);
    }
  }
  const before = [...parent.children].reverse().find((l) => Number(l.dataset.n) <= line.n);
  if (Number(before?.dataset.n) === line.n) return;
  const row = build(line);
  if (full(el)) row.id = `L${line.n}`;
  if (before) before.after(row);
  else parent.prepend(row);
}

// trim keeps the page light. What leaves at the top must not move what somebody reads.
function trim(el) {
  const max = Number(el.dataset.max);
  if (!full(el)) {
    while (el.children.length > max) el.firstElementChild.remove();
    return;
  }
  while (el.children.length * CHUNK > max + CHUNK) {
    const first = el.firstElementChild;
    const height = first.getBoundingClientRect().height;
    first.remove();
    if (!following) scrollBy({ top: -height, behavior: "instant" });
  }
}

function count(el, n) {
  for (const place of document.querySelectorAll(`[data-line-count="${CSS.escape(el.dataset.log)}"]`)) {
    place.textContent = n === 1 ? "1 line" : `${n.toLocaleString("en")} lines`;
  }
}

// The log page: follow, wrap, permanent links.
function pageTools(log) {
  const button = document.querySelector("[data-follow]");
  const jump = document.createElement("button");
  jump.type = "button";
  jump.className = "button new-lines";
  jump.hidden = true;
  jump.onclick = () => setFollow(true);
  document.querySelector("main").append(jump);

  setFollow = (on) => {
    following = on;
    button.setAttribute("aria-pressed", String(on));
    button.querySelector("span").textContent = `Follow: ${on ? "on" : "off"}`;
    if (on) {
      unseen = 0;
      jump.hidden = true;
      log.lastElementChild?.scrollIntoView({ block: "end" });
    }
  };
  showUnseen = () => {
    jump.hidden = unseen === 0;
    jump.textContent = `↓ ${unseen.toLocaleString("en")} new ${unseen === 1 ? "line" : "lines"}`;
  };
  button.onclick = () => setFollow(!following);
  addEventListener("wheel", (e) => e.deltaY < 0 && setFollow(false), { passive: true });
  addEventListener("touchmove", () => setFollow(false), { passive: true });
  addEventListener("keydown", (e) => ["ArrowUp", "PageUp", "Home"].includes(e.key) && setFollow(false));
  document.addEventListener("selectionchange", () => !document.getSelection().isCollapsed && setFollow(false));

  const wrap = document.querySelector("[data-wrap]");
  const setWrap = (on) => {
    log.classList.toggle("wrap", on);
    wrap.setAttribute("aria-pressed", String(on));
    wrap.querySelector("span").textContent = `Wrap: ${on ? "on" : "off"}`;
    localStorage.setItem("wrap", on ? "on" : "off");
  };
  wrap.onclick = () => setWrap(!log.classList.contains("wrap"));
  setWrap((localStorage.getItem("wrap") ?? (matchMedia("(pointer: coarse)").matches ? "on" : "off")) === "on");

  log.addEventListener("click", (e) => {
    const row = e.target.closest(".l[data-n]");
    if (!row || e.clientX - row.getBoundingClientRect().left > 64) return;
    const from = /^#L(\d+)/.exec(location.hash)?.[1];
    location.hash = e.shiftKey && from ? `#L${from}-L${row.dataset.n}` : `#L${row.dataset.n}`;
  });
  addEventListener("hashchange", () => mark(log));
  mark(log);
  if (region(log)?.dataset.running === "true" && !location.hash && !log.querySelector(".marked")) setFollow(true);
}

let setFollow = () => {};
let showUnseen = () => {};

function follow(el, lines) {
  if (following) {
    el.lastElementChild?.scrollIntoView({ block: "end" });
  } else {
    unseen += lines;
    showUnseen();
  }
}

function mark(log) {
  const [, a, b] = /^#L(\d+)(?:-L(\d+))?$/.exec(location.hash) ?? [];
  if (!a) return;
  const first = document.getElementById(`L${a}`);
  if (!first) {
    location.search = `?L=${a}${b ? `-${b}` : ""}`;
    return;
  }
  const [from, to] = [Number(a), Number(b ?? a)].sort((x, y) => x - y);
  for (const row of log.querySelectorAll(".l")) {
    row.classList.toggle("marked", Number(row.dataset.n) >= from && Number(row.dataset.n) <= to);
  }
  first.scrollIntoView({ block: "center" });
}
