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
