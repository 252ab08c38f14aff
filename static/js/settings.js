// The persona editor: example turns are added and removed; leaving with unsaved changes asks first.

const form = document.getElementById("settings");
const turns = document.getElementById("turns");
let changed = false;

document.getElementById("add-turn").addEventListener("click", () => {
  const turn = document.getElementById("turn-template").content.firstElementChild.cloneNode(true);
  turns.append(turn);
  turn.querySelector("textarea").focus();
  changed = true;
});

turns.addEventListener("click", (event) => {
  const turn = event.target.closest(".turn-remove")?.closest(".turn");
  if (!turn) return;
  const next = turn.nextElementSibling ?? turn.previousElementSibling;
  turn.remove();
  (next?.querySelector("textarea") ?? document.getElementById("add-turn")).focus();
  changed = true;
});

form.addEventListener("input", () => { changed = true; });
form.addEventListener("submit", () => { changed = false; });
addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
