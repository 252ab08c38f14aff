/** A conversation of the inbox: what is said appears as it comes; staff answer and correct. */

import { send, toast } from "./base.js";
import { paint } from "./markdown.js";

const EVERY = 2000; // ms
const $ = (id) => document.getElementById(id);
const thread = $("thread");
const texts = JSON.parse(thread.dataset.texts);
const reasons = JSON.parse(thread.dataset.reasons);
const opinions = JSON.parse(thread.dataset.opinions);
const told = JSON.parse(thread.dataset.told);
const names = Object.fromEntries([...$("names").content.children].map((name) => [name.dataset.role, name.textContent]));
const messages = new Map();
const form = $("answer");

/** The branch that leads to the newest message. */
function branch() {
  const found = [];
  for (let each = messages.get(Math.max(...messages.keys())); each; each = messages.get(each.parent_id)) found.unshift(each);
  return found;
}

function draw() {
  const wanted = branch();
  thread.querySelectorAll(".said").forEach((element) => wanted.some(({ id }) => String(id) === element.dataset.id) || element.remove());
  for (const message of wanted) {
    const element = thread.querySelector(`[data-id="${message.id}"]`) ?? make(message);
    if (element.dataset.text === message.content) continue;
    element.dataset.text = message.content;
    paint(element.querySelector(".body"), message.content);
  }
}

function make(message) {
  const element = $("said").content.firstElementChild.cloneNode(true);
  element.dataset.id = message.id;
  element.classList.add(message.role);
  element.querySelector(".who").textContent = message.name ?? names[message.role];
  element.querySelector("[data-correct]").hidden = message.role !== "assistant";
  thread.append(element);
  judge(element, opinions[message.id]);
  return element;
}

function judge(element, opinion) {
  const line = element.querySelector(".opinion-line");
  if (!opinion) return;
  const mark = opinion.verdict === "up" ? "👍" : "👎";
  line.textContent = [mark, reasons[opinion.reason], opinion.correction].filter(Boolean).join(" · ");
  line.hidden = false;
}

function take(fresh) {
  for (const message of fresh) messages.set(message.id, message);
  draw();
}

async function look() {
  const last = Math.max(0, ...messages.keys());
  try {
    const { messages: fresh, handover } = await (await send(`${thread.dataset.news}?after=${last}`, { method: "GET" })).json();
    const atEnd = innerHeight + scrollY >= document.documentElement.scrollHeight - 40;
    take(fresh);
    if (atEnd) scrollTo(0, document.documentElement.scrollHeight);
    // what may be done has changed: taken by somebody else, or given back
    if (handover?.state !== told.handover?.state && !$("field")?.value) return location.reload();
  } catch {
    // the next look may find the server again
  }
  setTimeout(look, EVERY);
}

async function say(event) {
  event.preventDefault();
  const field = $("field");
  if (form.ariaBusy === "true" || !field.value.trim()) return;
  form.ariaBusy = "true";
  try {
    take((await (await send(form.action, { json: { content: field.value } })).json()).messages);
    field.value = "";
    thread.lastElementChild.scrollIntoView({ block: "nearest" });
  } catch (error) {
    toast(error.status ? error.message : texts.broken);
  } finally {
    form.ariaBusy = null;
    field.focus();
  }
}

function correct(element) {
  const button = element.querySelector("[data-correct]");
  const box = $("correction").content.firstElementChild.cloneNode(true);
  const field = box.querySelector("textarea");
  field.value = opinions[element.dataset.id]?.correction || element.dataset.text;
  const close = () => {
    box.remove();
    button.hidden = false;
    button.focus();
  };
  box.querySelector("[data-cancel]").addEventListener("click", close);
  box.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await send(thread.dataset.correction.replace(/0(?=\/correction$)/, element.dataset.id), { method: "PUT", json: { text: field.value } });
    } catch (error) {
      return toast(error.status ? error.message : texts.broken);
    }
    opinions[element.dataset.id] = { verdict: "down", ...opinions[element.dataset.id], correction: field.value };
    judge(element, opinions[element.dataset.id]);
    toast(texts.saved);
    close();
  });
  document.querySelector("form.correction [data-cancel]")?.click(); // one at a time
  button.hidden = true;
  element.append(box);
  field.focus();
}

thread.addEventListener("click", (event) => {
  const button = event.target.closest("[data-correct]");
  if (button) correct(button.closest(".said"));
});
form?.addEventListener("submit", say);
$("field")?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  form.requestSubmit();
});
take(told.messages);
if (form) scrollTo(0, document.documentElement.scrollHeight);
setTimeout(look, EVERY);
