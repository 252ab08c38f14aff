/** A blind test: deal a question, stream two unnamed answers, take the choice, go on. */

import { send } from "./base.js";
import { Growing } from "./growing.js";
import { readEvents } from "./sse.js";

const $ = (id) => document.getElementById(id);
const duel = $("duel");
const texts = JSON.parse(duel.dataset.texts);
const sides = [...duel.querySelectorAll("[data-side]")].map((side) => ({ side, answer: new Growing(side.querySelector(".answer")) }));
const types = $("own").hidden === false;
let vote = null;

async function deal(question = "") {
  const json = await (await send(duel.dataset.deal, { json: { question } })).json();
  vote = json.vote;
  show(json.question);
  if (json.answers.every(Boolean)) json.answers.forEach((text, index) => sides[index].answer.reset(text));
  else await stream();
  offer(true);
  $("announcer").textContent = texts.ready;
}

async function stream() {
  for (const { side, answer } of sides) {
    side.setAttribute("aria-busy", "true");
    answer.reset();
  }
  const response = await send(`${duel.dataset.vote.replace(/0$/, vote)}/answers`);
  const open = new Set([0, 1]);
  for await (const { column, type, text, replaces, message } of readEvents(response)) {
    if (type === "delta") sides[column].answer.add(text, replaces);
    if (type === "error") throw new Error(message);
    if (type === "done") {
      open.delete(column);
      sides[column].side.removeAttribute("aria-busy");
    }
  }
  if (open.size) throw new Error(texts.broken);
}

async function choose(choice) {
  if (!vote || $("choices").hidden) return;
  offer(false);
  try {
    const { judged } = await (await send(duel.dataset.vote.replace(/0$/, vote), { json: { choice } })).json();
    $("count").textContent = texts.judged.replace("{n}", judged);
    vote = null;
    if (types) ask();
    else await begin();
  } catch (error) {
    fail(error);
    offer(true);
  }
}

/** Wait for a question of one's own. */
function ask() {
  $("own").hidden = false;
  $("asked").hidden = $("sides").hidden = true;
  $("question").value = "";
  $("question").focus();
}

async function begin(question) {
  $("trouble").hidden = true;
  try {
    await deal(question);
  } catch (error) {
    fail(error);
    // a pair whose answer cannot be had may be skipped, but not judged
    if (vote) offer(true, true);
  }
}

function show(question) {
  $("own").hidden = true;
  $("asked").textContent = question;
  $("asked").hidden = $("sides").hidden = false;
}

function offer(ready, onlySkip = false) {
  $("choices").hidden = !ready;
  for (const button of $("choices").querySelectorAll("button")) button.disabled = onlySkip && button.dataset.choice !== "skip";
}

function fail(error) {
  for (const { side } of sides) side.removeAttribute("aria-busy");
  $("trouble").textContent = error.status || error.message ? error.message : texts.broken;
  $("trouble").hidden = false;
}

$("choices").addEventListener("click", (event) => {
  const button = event.target.closest("[data-choice]");
  if (button) choose(button.dataset.choice);
});
document.addEventListener("keydown", (event) => {
  if (event.target.matches("textarea, input, select") || event.ctrlKey || event.metaKey || event.altKey) return;
  const button = $("choices").querySelector(`[aria-keyshortcuts="${event.key}"]`);
  if (button && !button.disabled) choose(button.dataset.choice);
});
$("own").addEventListener("submit", (event) => {
  event.preventDefault();
  begin($("question").value);
});
$("question").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  $("own").requestSubmit();
});

if (types) $("question").focus();
else begin();
