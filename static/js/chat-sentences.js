/** Whole sentences out of a growing text, so that a screen reader is not interrupted at each word. */

const SENTENCE = /[^\n。！？]*?(?:[.!?]+(?=\s)|[。！？]+|\n+)/gu;
const KEPT = 4; // sentences that stay in the announcer, for a reader that is behind

export class Sentences {
  #said;

  /** @param from how much of the text has been told before */
  constructor(from = 0) {
    this.#said = from;
  }

  /** Give the text so far, get the sentences completed since the last call (or `""`). */
  take(text) {
    this.#said = Math.min(this.#said, text.length); // an answer can be replaced by a shorter one
    const fresh = text.slice(this.#said);
    const whole = (fresh.match(SENTENCE) ?? []).join("");
    this.#said += whole.length;
    return plain(whole);
  }

  /** What is left once the text is complete. */
  rest(text) {
    const fresh = text.slice(this.#said);
    this.#said = text.length;
    return plain(fresh);
  }
}

/** Have `text` read aloud after what is being read: each sentence is an element of its own in a live region. */
export function announce(text) {
  if (!text) return;
  const announcer = document.getElementById("announcer");
  const sentence = document.createElement("p");
  sentence.textContent = text;
  announcer.append(sentence);
  while (announcer.children.length > KEPT) announcer.firstElementChild.remove();
}

function plain(text) {
  return text.replace(/[*_`#>|]+/g, " ").replace(/\s+/g, " ").trim();
}
