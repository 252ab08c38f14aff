/** Whole sentences out of a growing text, so that a screen reader is not interrupted at each word. */

const SENTENCE = /[^\n。!?]*?(?:[.!?]+(?=\s)|[。!?]+|\n+)/gu;

export class Sentences {
  #said = 0;

  /** Give the text so far, get the sentences completed since the last call (or `""`). */
  take(text) {
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

function plain(text) {
  return text.replace(/[*_`#>|]+/g, " ").replace(/\s+/g, " ").trim();
}
