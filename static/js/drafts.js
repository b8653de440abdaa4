// What somebody is writing survives a reload and a lost connection, on this device, until it is sent.
const name = (el) => `draft:${el.dataset.draft}`;

function restore() {
  for (const el of document.querySelectorAll("[data-draft]")) {
    const saved = localStorage.getItem(name(el));
    if (saved && !el.value) el.value = saved;
  }
}

document.addEventListener("input", ({ target }) => {
  if (!target.matches?.("[data-draft]")) return;
  if (target.value) localStorage.setItem(name(target), target.value);
  else localStorage.removeItem(name(target));
});

for (const sent of ["wardroom:sent", "submit"]) {
  document.addEventListener(sent, (event) => {
    if (sent === "submit" && !event.target.hasAttribute("data-navigate")) return;
    for (const el of event.target.querySelectorAll("[data-draft]")) localStorage.removeItem(name(el));
  });
}

document.addEventListener("wardroom:patched", restore);
restore();
