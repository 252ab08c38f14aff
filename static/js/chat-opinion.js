/** What the reader thinks of an answer: thumbs, and below a thumb down why, and what it should have said. */

import { send, toast } from "./base.js";
import { announce } from "./chat-sentences.js";

/** Show which thumb is pressed. */
export function drawOpinion(element, message) {
  for (const thumb of element.querySelectorAll("[data-verdict]"))
    thumb.setAttribute("aria-pressed", String(thumb.dataset.verdict === message.verdict));
}

/** A thumb was pressed: keep it at once; pressed again it is taken back. Down asks why. */
export async function judge(talk, message, button, texts) {
  const element = button.closest(".message");
  const before = message.verdict;
  const verdict = button.dataset.verdict === before ? null : button.dataset.verdict;
  message.verdict = verdict;
  drawOpinion(element, message);
  element.querySelector(".opinion")?.remove();
  if (verdict === "down") ask(talk, message, button, texts);
  if (await keep(talk, message, { verdict }, texts)) return;
  message.verdict = before;
  drawOpinion(element, message);
}

function ask(talk, message, button, texts) {
  document.querySelector(".opinion")?.remove(); // one at a time
  const form = document.getElementById("opinion-form").content.firstElementChild.cloneNode(true);
  const close = () => {
    form.remove();
    button.focus();
  };
  button.closest(".message").append(form);
  form.scrollIntoView({ block: "nearest" });
  form.querySelector("input").focus({ preventScroll: true });
  form.querySelector("[data-cancel]").addEventListener("click", close);
  form.addEventListener("keydown", (event) => event.key === "Escape" && close());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { reason = "", correction } = Object.fromEntries(new FormData(form));
    if (!(await keep(talk, message, { verdict: "down", reason, correction }, texts))) return;
    close();
    toast(texts.thanks);
  });
}

let keeping = Promise.resolve(); // one after the other: the last word counts

/** Resolves to whether the server has it. */
async function keep(talk, message, json, texts) {
  const url = `/chat/conversations/${talk.id}/messages/${message.id}/feedback`;
  try {
    await (keeping = keeping.then(() => send(url, { method: "PUT", json })));
    announce(texts.noted);
    return true;
  } catch (error) {
    keeping = Promise.resolve();
    toast(error.status ? error.message : texts.nothingSaved);
    return false;
  }
}
