/** Try: one question, up to four models, answers streamed together side by side. */

import { send, toast } from "./base.js";
import { Growing } from "./growing.js";
import { readEvents } from "./sse.js";

const MOST = 4;
const $ = (id) => document.getElementById(id);
const form = $("ask");
const texts = JSON.parse(form.dataset.texts);
const columns = [];
let running = null;

/** One model with its answer. */
class Column {
  constructor(model) {
    this.element = $("column").content.firstElementChild.cloneNode(true);
    this.answer = new Growing(this.#part(".answer"));
    this.model = this.#part("[data-model]");
    if (model) this.model.value = model;
    this.#part("[data-remove]").addEventListener("click", () => remove(this));
    $("columns").append(this.element);
  }

  /** What the server needs to know. */
  get choice() {
    const temperature = this.#part("[data-temperature]").value;
    return { model: this.model.value, temperature: temperature === "" ? null : Number(temperature) };
  }

  begin() {
    this.finished = false;
    this.element.setAttribute("aria-busy", "true");
    this.#part(".waiting").hidden = true;
    this.#part(".sent").hidden = true;
    this.#show("");
    this.answer.reset();
  }

  take(event) {
    const handlers = { start: this.#started, delta: this.#grew, done: this.#done, error: this.#failed };
    handlers[event.type]?.call(this, event);
  }

  /** The stream ended before this answer did. */
  breakOff(text) {
    if (!this.finished) this.#end(text);
  }

  #started({ prompt, sampling }) {
    const parts = typeof prompt === "string" ? [{ role: "prompt", content: prompt }] : prompt;
    this.#part(".sent-parts").replaceChildren(...parts.map(sentPart));
    this.#part(".sent-sampling").textContent = Object.entries(sampling).map(([name, value]) => `${name} ${JSON.stringify(value)}`).join(" · ");
    this.#part(".sent").hidden = false;
  }

  #grew({ text, replaces }) {
    this.answer.add(text, replaces);
  }

  #done({ first, seconds, tokens, finish_reason: reason }) {
    const speed = tokens > 1 ? ((tokens - 1) / (seconds - first)).toFixed(0) : "–";
    const numbers = { tokens, first: first.toFixed(2), seconds: seconds.toFixed(1), speed };
    const line = texts.numbers.replace(/{(\w+)}/g, (_, name) => numbers[name]);
    this.#end(reason === "length" ? `${line} · ${texts.cut}` : line);
  }

  #failed({ message }) {
    this.#end(message);
  }

  #end(line) {
    this.finished = true;
    this.element.removeAttribute("aria-busy");
    this.answer.draw();
    this.#show(line);
  }

  #show(line) {
    this.#part(".numbers").textContent = line;
    this.#part(".numbers").hidden = !line;
  }

  #part(selector) {
    return this.element.querySelector(selector);
  }
}

function sentPart({ role, content }) {
  const part = $("sent-part").content.firstElementChild.cloneNode(true);
  part.querySelector("p").textContent = role;
  part.querySelector("pre").textContent = content;
  return part;
}

function add(model) {
  columns.push(new Column(model));
  settle();
}

function remove(column) {
  columns.splice(columns.indexOf(column), 1);
  column.element.remove();
  settle();
  $("add").focus();
}

function settle() {
  $("add").disabled = columns.length === MOST || Boolean(running);
  for (const button of document.querySelectorAll("[data-remove]")) button.disabled = columns.length === 1 || Boolean(running);
  $("go").disabled = Boolean(running);
  $("stop").hidden = !running;
}

async function ask() {
  const asked = [...columns];
  running = new AbortController();
  settle();
  asked.forEach((column) => column.begin());
  let reason = texts.broken;
  try {
    const json = { question: $("question").value, columns: asked.map((column) => column.choice) };
    const response = await send(form.action, { json, signal: running.signal });
    for await (const event of readEvents(response)) asked[event.column]?.take(event);
  } catch (error) {
    reason = running.signal.aborted ? texts.stopped : error.status ? error.message : texts.broken;
  }
  running = null;
  asked.forEach((column) => column.breakOff(reason));
  settle();
  $("announcer").textContent = asked.map((column) => `${column.model.value}: ${column.answer.element.textContent}`).join("\n");
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!running) ask();
});
$("question").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  form.requestSubmit();
});
$("keep").addEventListener("click", async () => {
  const body = new FormData();
  body.set("question", $("question").value);
  if (!$("question").reportValidity()) return;
  await send($("keep").dataset.action, { body }).then(() => toast(texts.kept), (error) => toast(error.message));
});
$("stop").addEventListener("click", () => running?.abort());
$("add").addEventListener("click", () => add());
JSON.parse($("columns").dataset.first).forEach(add);
