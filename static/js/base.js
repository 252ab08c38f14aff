// Every page: asking before what cannot be undone, short notices, times as “3 minutes ago”, menus that close, the wrong field first.

import { copy } from "./clipboard.js";

const UNITS = [[60, "second", 1], [3600, "minute", 60], [86400, "hour", 3600], [604800, "day", 86400], [2629800, "week", 604800], [31557600, "month", 2629800], [Infinity, "year", 31557600]];

/** `fetch` to our own server: JSON in and out, the CSRF token on writes. Throws an Error whose message can be shown. */
export async function send(url, { method = "POST", json, ...rest } = {}) {
  const headers = { Accept: "application/json", "X-CSRFToken": document.querySelector("meta[name=csrf-token]").content, ...rest.headers };
  if (json !== undefined) headers["Content-Type"] = "application/json";
  const response = await fetch(url, { method, ...rest, headers, body: json === undefined ? rest.body : JSON.stringify(json) });
  if (!response.ok) throw await failure(response);
  return response;
}

async function failure(response) {
  const json = response.headers.get("Content-Type")?.startsWith("application/json");
  const message = json ? (await response.json()).error?.message : "";
  return Object.assign(new Error(message || `${response.status} ${response.statusText}`), { status: response.status });
}

/** Show a short notice; it goes away by itself. `action` is the text of a button that calls `onAction`. */
export function toast(text, { action = "", onAction } = {}) {
  const notice = document.getElementById("toast-template").content.firstElementChild.cloneNode(true);
  notice.querySelector(".toast-text").textContent = text;
  const button = notice.querySelector(".toast-action");
  button.textContent = action;
  button.hidden = !action;
  if (onAction) button.addEventListener("click", onAction);
  notice.addEventListener("click", (event) => event.target.closest("button") && close(notice));
  document.getElementById("toasts").append(notice);
  const leave = () => (notice.matches(":hover, :focus-within") ? setTimeout(leave, 2000) : notice.remove());
  setTimeout(leave, 6000);
}

function close(notice) {
  if (notice.contains(document.activeElement)) document.getElementById("main")?.focus({ preventScroll: true });
  notice.remove();
}

/** Ask a question in a dialog; resolves to true or false. */
function ask(question, { detail = "", yes = "", danger = false }) {
  const dialog = document.getElementById("confirm-template").content.firstElementChild.cloneNode(true);
  dialog.querySelector(".dialog-title").textContent = question;
  dialog.querySelector(".dialog-text").textContent = detail;
  const button = dialog.querySelector("[data-yes]");
  button.textContent = yes || button.textContent;
  button.classList.toggle("danger", danger);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => {
    dialog.remove();
    resolve(dialog.returnValue === "yes");
  }));
}

/** Put every `<time data-relative>` into words like “3 minutes ago”. */
function tellTimes() {
  const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });
  for (const time of document.querySelectorAll("time[data-relative]")) {
    const at = new Date(time.dateTime);
    const seconds = (at - Date.now()) / 1000;
    const [, unit, size] = UNITS.find(([limit]) => Math.abs(seconds) < limit);
    time.title = at.toLocaleString(document.documentElement.lang);
    time.textContent = words.format(Math.abs(seconds) < 45 ? 0 : Math.round(seconds / size), unit);
  }
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.dataset.confirm && !form.dataset.confirmed) {
    event.preventDefault();
    const danger = event.submitter?.classList.contains("danger");
    if (!(await ask(form.dataset.confirm, { detail: form.dataset.confirmDetail, yes: form.dataset.confirmYes, danger }))) return;
    form.dataset.confirmed = "yes";
    form.requestSubmit(event.submitter);
  } else if (form.method === "post" && !event.defaultPrevented) {
    event.submitter?.setAttribute("aria-busy", "true");
    if (form.dataset.sent) event.preventDefault(); // a second click must not send it twice
    form.dataset.sent = "yes";
  }
});

addEventListener("pageshow", () => {
  for (const form of document.forms) { delete form.dataset.sent; delete form.dataset.confirmed; }
  for (const button of document.querySelectorAll("button[aria-busy]")) button.removeAttribute("aria-busy");
});

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    await copy(button.dataset.copy, button);
    toast(button.dataset.copied);
  });
}

document.querySelector("[aria-invalid=true]")?.focus();

tellTimes();
setInterval(tellTimes, 30000);
