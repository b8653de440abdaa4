// Keeps every <time data-clock> current by the server's clock and moves it into the reader's time zone; UTC stays in its title.
import { announce } from "./page.js";

let offset = Date.parse(document.body.dataset.now) - Date.now() || 0;

export function setServerTime(text) {
  const now = Date.parse(text);
  if (!Number.isNaN(now)) offset = now - Date.now();
  tick(true);
}

const two = (n) => String(n).padStart(2, "0");
const day = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short" });

// The wording is that of views/time.go, so that nothing jumps when this clock takes over.
function age(s) {
  if (s < 60) return `${s} s`;
  if (s < 6000) return `${Math.floor(s / 60)} min`;
  if (s < 172800) return `${Math.floor(s / 3600)} h`;
  return `${Math.floor(s / 86400)} days`;
}

const words = {
  clock: (at) => `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`,
  minute: (at) => `${two(at.getHours())}:${two(at.getMinutes())}`,
  day: (at) => day.format(at).replace(",", ""),
  until: (at) => `${words.day(at)} ${words.minute(at)}`,
  ago: (at, s) => `${age(s)} ago`,
  age: (at, s) => age(s),
  timer: (at, s) => `${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`,
  left: (at, s, left) =>
    left >= 3600 ? `${Math.floor(left / 3600)}:${two(Math.floor(left / 60) % 60)}:${two(left % 60)}` : `${Math.floor(left / 60)}:${two(left % 60)}`,
};

// Only timers move every second; the rest is looked at every fifteen, or at once after a change of the page.
export function tick(all = true) {
  const now = Date.now() + offset;
  for (const el of document.querySelectorAll(all ? "time[data-clock]" : 'time[data-clock="timer"], time[data-clock="left"]')) {
    const at = new Date(el.dateTime);
    const s = Math.max(0, Math.floor((now - at) / 1000));
    const left = Math.max(0, Math.ceil((at - now) / 1000));
    const text = words[el.dataset.clock]?.(at, s, left);
    if (text && el.textContent !== text) {
      el.textContent = text;
      if (!all && el.closest("[role=timer]")) warn(left);
    }
  }
}

function warn(left) {
  if (left === 300) announce("The next page goes out in 5 minutes.");
  if (left === 60) announce("The next page goes out in 1 minute.", true);
  if (left === 10) announce("The next page goes out in 10 seconds.", true);
}

let beats = 0;
setInterval(() => tick(++beats % 15 === 0), 1000);
document.addEventListener("wardroom:patched", () => tick(true));
tick(true);
