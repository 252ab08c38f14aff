// The rows of a dataset: every step is sent and its rows are replaced in place; nothing else on the page moves.

import { send, toast } from "./base.js";

const page = document.querySelector("[data-rows]");
const part = (name) => page.querySelector(`[data-part="${name}"]`);
const rowOf = (id) => document.getElementById(`row-${id}`);
const writing = (element) => element.closest("textarea, input, select, [contenteditable]");
let busy = false;

function element(html) {
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  return template.content.firstElementChild;
}

async function step(form, submitter) {
  if (busy) return; // a second click must not send it twice
  busy = true;
  try {
    // form.action is the button of that name
    const response = await send(form.getAttribute("action"), { body: new URLSearchParams(new FormData(form, submitter)) });
    apply(await response.json(), form);
  } catch (problem) {
    tell(form, problem.status ? problem.message : page.dataset.failed);
  } finally {
    busy = false;
  }
}

function tell(form, sentence) {
  const place = form.querySelector("[data-part=error]");
  if (place) place.textContent = sentence;
  else toast(sentence);
}

function apply({ rows, gone, bar }, form) {
  gone.forEach((id) => rowOf(id)?.remove());
  const shown = Object.entries(rows).map(([id, row]) => put(id, row)).filter(Boolean);
  part("bar").replaceChildren(...new DOMParser().parseFromString(bar, "text/html").body.childNodes);
  if (form.dataset.step === "add") {
    form.reset();
    form.closest("details").open = false;
  }
  if (shown.length) focus(shown[0]);
  else if (Object.keys(rows).length) toast(page.dataset.elsewhere);
}

/** Replace a row, or put a new one where it belongs if that place is on this page. */
function put(id, { html, behind }) {
  const fresh = element(html), old = rowOf(id);
  if (old) old.replaceWith(fresh);
  else if (behind) rowOf(behind)?.after(fresh);
  else if (behind === 0) {
    part("list").hidden = false;
    part("list").prepend(fresh);
  }
  return fresh.isConnected ? fresh : null;
}

function focus(row) {
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

async function open(link) {
  const { html } = await (await send(link.dataset.edit, { method: "GET" })).json();
  const row = element(html);
  link.closest("[data-row]").replaceWith(row);
  row.querySelector("textarea").focus();
}

async function close(form) {
  const row = form.closest("[data-row]");
  if (!row) return;
  const { html } = await (await send(`${location.pathname}/${row.dataset.row}`, { method: "GET" })).json();
  const fresh = element(html);
  row.replaceWith(fresh);
  focus(fresh);
}

function move(by) {
  const rows = [...page.querySelectorAll("[data-row]")];
  const at = rows.indexOf(document.activeElement.closest("[data-row]"));
  const next = rows[Math.min(rows.length - 1, Math.max(0, at + by))];
  if (next) focus(next);
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  e: () => document.activeElement.closest("[data-row]")?.querySelector("[data-edit]")?.click(),
  "/": () => page.querySelector("[data-search]").focus(),
};

page.addEventListener("submit", (event) => {
  if (!event.target.dataset.step) return;
  event.preventDefault();
  step(event.target, event.submitter);
});

page.addEventListener("click", (event) => {
  const link = event.target.closest("[data-edit], [data-cancel]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  (link.dataset.edit ? open(link) : close(link)).catch((problem) => toast(problem.status ? problem.message : page.dataset.failed));
});

document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.(".row-form"), control = event.ctrlKey || event.metaKey;
  if (form && control && event.key === "Enter") form.requestSubmit();
  else if (form && event.key === "Escape") form.querySelector("[data-cancel]")?.click();
  else if (!writing(event.target) && control && event.key.toLowerCase() === "z") part("bar").querySelector(`[data-step="${event.shiftKey ? "redo" : "undo"}"]`).requestSubmit();
  else if (!writing(event.target) && !control && !event.altKey && KEYS[event.key]) KEYS[event.key]();
  else return;
  event.preventDefault();
});

page.querySelector("[data-show]").addEventListener("change", (event) => event.target.form.requestSubmit());
