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
  message.verdict = button.dataset.verdict === before ? null : button.dataset.verdict;
  drawOpinion(element, message);
  element.querySelector(".opinion")?.remove();
  if (!(await keep(talk, message, {}, texts))) {
    message.verdict = before;
    drawOpinion(element, message);
  } else if (message.verdict === "down") ask(talk, message, button, texts);
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
    if (!(await keep(talk, message, { reason, correction }, texts))) return;
    close();
    toast(texts.thanks);
  });
}

/** Resolves to whether the server has it. */
async function keep(talk, message, more, texts) {
  try {
    const json = { verdict: message.verdict, ...more };
    await send(`/chat/conversations/${talk.id}/messages/${message.id}/feedback`, { method: "PUT", json });
    announce(texts.noted);
    return true;
  } catch (error) {
    toast(error.status ? error.message : texts.nothingSaved);
    return false;
  }
}
