/** What an answer rests on: a button with the number of sources, and a list that opens below the answer. */

/** Show the button when the message has sources. */
export function drawSources(element, message) {
  const button = element.querySelector('[data-act="sources"]');
  const count = message.sources?.length ?? 0;
  button.hidden = count === 0;
  button.querySelector("span").textContent = count;
}

/** Open or close the list. */
export function toggleSources(message, button) {
  const list = button.closest(".message").querySelector(".sources");
  list.replaceChildren(...message.sources.map(entry));
  list.hidden = !list.hidden;
  button.setAttribute("aria-expanded", String(!list.hidden));
}

function entry({ question, answer, source }) {
  const element = document.getElementById("source-entry").content.firstElementChild.cloneNode(true);
  const texts = { "source-question": question, "source-answer": answer, "source-name": source };
  for (const [name, text] of Object.entries(texts)) element.querySelector(`.${name}`).textContent = text ?? "";
  return element;
}
