// The box for a command of one's own. The server says what a text would do while it is typed, and brings the buttons that run it.
// Without this script the box is a page.
import { OFFLINE, complain, reason } from "./forms.js";
import { announce, load, morph } from "./page.js";

const PAUSE = 250;
const box = document.getElementById("command-dialog");
let form, area, asked, timer, shows, risk, mine;
let at = -1; // among the earlier commands; before the first is what is being typed

async function open(link) {
  const url = new URL(link.href);
  const step = document.querySelector(".step:is(.selected, :focus-within)") ?? document.querySelector(".step:has(.is-current)");
  if (!url.searchParams.has("command") && step?.dataset.attached) {
    for (const name of ["attached", "step"]) url.searchParams.set(name, step.dataset[name]);
  }
  try {
    const [, page] = await load(url);
    const section = page.getElementById("command-box");
    if (!section) return void location.assign(url); // it says why
    box.replaceChildren(document.adoptNode(section));
    form = box.querySelector("form");
    area = form.elements.text;
    at = -1;
    document.dispatchEvent(new CustomEvent("wardroom:patched")); // brings the draft back
    box.showModal();
    look();
  } catch {
    announce(OFFLINE, true);
  }
}

async function look() {
  clearTimeout(timer);
  asked?.abort();
  const { signal } = (asked = new AbortController());
  const body = new URLSearchParams(new FormData(form));
  body.delete("key");
  try {
    const [answer, page] = await load(form.action, { method: "POST", body, signal });
    complain(form, answer.ok ? "" : reason(page, answer));
    for (const old of box.querySelectorAll("#command-verdict, #command-buttons")) {
      const now = page.getElementById(old.id);
      if (now) morph(old, now.outerHTML);
    }
    const word = box.querySelector(".risk")?.textContent;
    if (word !== risk) announce((risk = word));
  } catch {
    if (!signal.aborted) complain(form, OFFLINE);
  }
}

function put(text) {
  area.value = text;
  area.dispatchEvent(new Event("input", { bubbles: true }));
  area.focus();
}

// The arrows go through the earlier commands, as in a shell, where they have no line to go to.
function earlier(step) {
  const beside = step > 0 ? area.value.slice(0, area.selectionStart) : area.value.slice(area.selectionEnd);
  const next = form.elements.again?.options[at + step + 1];
  if (beside.includes("\n") || !next) return false;
  if (at < 0) mine = area.value;
  at += step;
  put(at < 0 ? mine : next.value);
  return true;
}

box?.addEventListener("close", () => box.replaceChildren());

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-box]");
  if (!box || !link || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  open(link);
});

box?.addEventListener("input", ({ target }) => {
  if (target.name === "again") {
    put(target.value);
    target.value = "";
    return;
  }
  clearTimeout(timer);
  timer = setTimeout(look, PAUSE);
});

box?.addEventListener("keydown", async (event) => {
  const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !box.querySelector("[data-busy]")) {
    event.preventDefault();
    await look(); // what was typed counts, not what is still shown
    box.querySelector("[data-act]")?.click();
  } else if (step && event.target === area && earlier(step)) {
    event.preventDefault();
  }
});

// Enter in a field of a value only looks again.
box?.addEventListener("submit", (event) => {
  if (event.submitter?.hasAttribute("formaction")) return;
  event.preventDefault();
  event.stopPropagation();
  look();
});

// It runs: the draft goes, also when it was confirmed in another dialog, and the run comes into view.
document.addEventListener("wardroom:sent", ({ target }) => {
  if (!box?.open) return;
  shows = box.querySelector("[data-shows]").dataset.shows;
  if (target !== form) form.dispatchEvent(new CustomEvent("wardroom:sent", { bubbles: true }));
});
document.addEventListener("wardroom:patched", () => {
  const card = shows && document.getElementById(shows);
  if (!card) return;
  shows = "";
  card.closest("details").open = true;
  card.scrollIntoView({ block: "center" });
});
