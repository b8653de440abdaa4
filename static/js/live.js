// One websocket: what the server sends is put into the page; when the line breaks, it goes on where it stopped.
import { setServerTime } from "./clock.js";
import * as logs from "./log-view.js";
import { announce, load, morph, morphPage, parse } from "./page.js";

const STALE = 45_000;
const FIRST_DELAY = 250;
const LONGEST_DELAY = 10_000;
const SIGNED_OUT = 4501; // the session ended: coming back needs a person

const query = document.body.dataset.socket;
const held = new Map(); // id → html that waits until nobody points at the region
let socket = null;
let attempts = 0;
let retry = 0;
let lastFrame = Date.now();
let signedOut = false;
let paused = null; // frames that wait while updates are paused

export function send(message) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

function address() {
  const url = new URL(`/ws?${query}`, location.href);
  url.protocol = url.protocol.replace("http", "ws");
  const timeline = document.getElementById("timeline");
  if (timeline) {
    const { seq, epoch } = document.getElementById("main").dataset;
    url.searchParams.set("since", Number(timeline.dataset.seq) || seq);
    url.searchParams.set("epoch", epoch);
  }
  const cursors = logs.cursors();
  if (cursors) url.searchParams.set("log", cursors);
  return url;
}

function connect() {
  clearTimeout(retry);
  if (!query || signedOut || socket?.readyState <= WebSocket.OPEN) return;
  const mine = new WebSocket(address());
  socket = mine;
  mine.onopen = () => {
    attempts = 0;
    lastFrame = Date.now();
    show();
    focusStep();
  };
  mine.onmessage = (event) => {
    lastFrame = Date.now();
    take(JSON.parse(event.data));
    show();
  };
  mine.onclose = ({ code }) => {
    if (socket !== mine) return;
    socket = null;
    if (code === SIGNED_OUT) {
      signedOut = true;
      announce("You are signed out. Drafts are kept; sign in again to go on.", true);
      show();
      return;
    }
    const delay = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** attempts++) * (0.7 + 0.6 * Math.random());
    retry = setTimeout(connect, delay);
    show();
  };
}

// A sleeping phone or a hidden tab may hold a line that is dead for minutes: look at once when somebody looks.
function wake() {
  if (document.visibilityState !== "visible") return;
  show();
  if (socket && Date.now() - lastFrame > STALE) socket.close();
  connect();
}

function take(frame) {
  if (paused && ["patch", "insert", "refresh", "resync", "log", "pending", "log.end", "gap"].includes(frame.op)) {
    paused.push(frame);
    return;
  }
  operations[frame.op]?.(frame);
}

const operations = {
  patch({ id, html }) {
    const el = document.getElementById(id);
    if (!el) return;
    if (el.hasAttribute("data-hold") && inUse(el)) hold(el, html);
    else morph(el, html);
  },
  insert({ into, seq, html }) {
    const list = document.getElementById(into);
    if (!list || list.querySelector(`:scope > [data-seq="${Number(seq)}"]`)) return;
    const row = parse(`<ol>${html}</ol>`).querySelector("li");
    if (!row) return;
    const after = [...list.children].reverse().find((li) => Number(li.dataset.seq) < seq);
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 48;
    if (after) after.after(row);
    else list.prepend(row);
    list.dataset.seq = Math.max(Number(list.dataset.seq), seq);
    if (atEnd) list.scrollTop = list.scrollHeight;
    document.dispatchEvent(new CustomEvent("wardroom:patched"));
  },
  log: logs.receive,
  pending: logs.pending,
  "log.end": logs.end,
  gap: logs.repair,
  refresh: ({ id }) => refresh(id),
  resync: () => refresh(null),
  clock({ now }) {
    setServerTime(now);
    send({ op: "pong" });
  },
  announce({ text, assertive }) {
    unseen ||= document.hidden;
    announce(text, assertive);
  },
  reload: () => announce("A new version of Wardroom is here. Reload the page when it suits you."),
};

// Regions that depend on who looks are fetched from the page's own address; several at once make one request, and not everybody's
// at the same moment.
let wanted = null;
function refresh(id) {
  if (wanted) {
    wanted.add(id);
    return;
  }
  wanted = new Set([id]);
  setTimeout(async () => {
    const ids = wanted;
    wanted = null;
    try {
      const [answer, fresh] = await load(location.href);
      if (new URL(answer.url).pathname !== location.pathname) return void location.reload();
      if (!answer.ok) return;
      if (ids.has(null)) {
        const main = fresh.getElementById("main");
        morphPage(fresh);
        if (main?.dataset.epoch) document.getElementById("main").dataset.epoch = main.dataset.epoch;
        return;
      }
      for (const one of ids) {
        const now = fresh.getElementById(one);
        if (now) operations.patch({ id: one, html: now.outerHTML });
      }
    } catch {
      // The line is down; the next connection brings the current state.
    }
  }, 20 + Math.random() * 100);
}

// Rows do not move under the pointer or the focus.
const canHover = matchMedia("(hover: hover)");
const inUse = (el) => (canHover.matches && el.matches(":hover")) || el.contains(document.activeElement);

function hold(el, html) {
  const count = (held.get(el.id)?.count ?? 0) + 1;
  held.set(el.id, { html, count });
  const foot = el.querySelector(".panel-foot > span");
  if (!foot) return;
  let note = foot.querySelector(".held");
  if (!note) {
    note = document.createElement("span");
    note.className = "held";
    foot.append(note);
  }
  const apply = document.createElement("button");
  apply.type = "button";
  apply.className = "link";
  apply.textContent = "Apply";
  apply.onclick = () => release(el.id);
  note.replaceChildren(` · ${count === 1 ? "1 change" : `${count} changes`} waiting while you point at the table – `, apply);
}

function release(id) {
  const { html } = held.get(id) ?? {};
  held.delete(id);
  const el = document.getElementById(id);
  if (html && el) morph(el, html);
}

function releaseUnused() {
  for (const id of [...held.keys()]) {
    const el = document.getElementById(id);
    if (!el || !inUse(el)) release(id);
  }
}

document.addEventListener("wardroom:pause", () => {
  if (!paused) {
    paused = [];
    announce("Live updates are paused.");
  } else {
    const frames = paused;
    paused = null;
    frames.forEach(take);
    announce(`${frames.length} updates applied.`);
  }
  show();
});

function show() {
  const silent = Date.now() - lastFrame > STALE;
  const open = socket?.readyState === WebSocket.OPEN;
  let state = "live";
  let text = "Live";
  if (signedOut) {
    state = "offline";
    text = "Signed out – sign in again";
  } else if (paused) {
    state = "paused";
    text = `Paused – ${paused.length} waiting`;
  } else if (!navigator.onLine || silent) {
    state = "offline";
    text = `Offline – data from ${new Date(lastFrame).toTimeString().slice(0, 8)}`;
  } else if (!open) {
    state = "reconnecting";
    text = attempts > 1 ? `Reconnecting (${attempts})` : "Reconnecting";
  }
  document.body.classList.toggle("stale", silent);
  for (const pill of document.querySelectorAll(".connection")) {
    pill.hidden = false;
    if (pill.textContent !== text) pill.textContent = text;
    pill.dataset.state = state;
  }
  signal(silent);
}

// The tab says it too: how many incidents are active and that one of them is a SEV1, that there is news while nobody looks, and that
// nothing came for too long.
const name = document.title;
let unseen = false;
function signal(silent) {
  if (!document.hidden) unseen = false;
  const active = document.querySelector("#nav-active .count")?.textContent;
  const gravest = document.querySelector("#nav-active[data-sev1]");
  const title = `${active ? `(${active}) ` : ""}${gravest ? "SEV1 · " : ""}${name}`;
  if (document.title !== title) document.title = title;
  const icon = document.querySelector("link[rel=icon]");
  icon.dataset.normal ??= icon.getAttribute("href");
  const { stale, alert, normal } = icon.dataset;
  const href = silent ? stale : gravest || unseen ? alert : normal;
  if (icon.getAttribute("href") !== href) icon.setAttribute("href", href);
}

// The step that the room has come to and the one that ran last open by themselves, once; who folds them again is left alone.
function openCurrent() {
  for (const card of document.querySelectorAll(".step:has(.step-head:is(.is-current, .is-latest))")) {
    if (card.dataset.opened) continue;
    card.dataset.opened = "yes";
    card.querySelector(":scope > details").open = true;
  }
}

let atStep = null;
function focusStep() {
  if (atStep) send({ op: "focus", step: atStep });
}

if (query) {
  // A page that answered a form (a handoff's link) stands at an address that only takes forms.
  const room = document.getElementById("main")?.dataset.incident;
  if (room && location.pathname !== `/incidents/${room}`) history.replaceState(null, "", `/incidents/${room}`);
  logs.start(send);
  document.addEventListener("focusin", (event) => {
    const step = event.target.closest("[data-step]")?.dataset.step;
    if (step && step !== atStep) {
      atStep = step;
      focusStep();
    }
    releaseUnused();
  });
  document.addEventListener("pointerover", releaseUnused);
  document.addEventListener("visibilitychange", wake);
  addEventListener("online", wake);
  addEventListener("offline", show);
  addEventListener("pageshow", wake);
  setInterval(() => {
    if (socket?.readyState === WebSocket.OPEN && Date.now() - lastFrame > STALE) socket.close();
    show();
  }, 5000);
  const timeline = document.getElementById("timeline");
  if (timeline) timeline.scrollTop = timeline.scrollHeight;
  document.addEventListener("wardroom:patched", openCurrent);
  openCurrent();
  connect();
  show();
}
