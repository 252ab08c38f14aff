/** The field in which a person writes: grows with the text, keeps drafts, sends on Enter. */

const drafts = storage();

export class Composer {
  #draftKey = "";

  /** @param form with a textarea and the buttons .send and .stop  @param onSend called with the text */
  constructor(form, { onSend, onStop }) {
    this.form = form;
    this.field = form.querySelector("textarea");
    this.sendButton = form.querySelector(".send");
    this.stopButton = form.querySelector(".stop");
    this.onSend = onSend;
    this.field.addEventListener("input", () => this.#changed());
    this.field.addEventListener("keydown", (event) => this.#key(event));
    this.stopButton.addEventListener("click", onStop);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
  }

  /** Show the draft of a conversation (null: the next new one). */
  open(conversationId) {
    const key = `draft:${conversationId ?? "new"}`;
    if (key === this.#draftKey) return;
    this.#draftKey = key;
    this.set(drafts.getItem(this.#draftKey) ?? "");
  }

  /** The new conversation got its id: what is typed from now on is a draft of that. */
  rename(conversationId) {
    drafts.removeItem(this.#draftKey);
    this.#draftKey = `draft:${conversationId}`;
    this.#changed();
  }

  set(text) {
    this.field.value = text;
    this.#changed();
  }

  focus() {
    this.field.focus();
    this.field.setSelectionRange(this.field.value.length, this.field.value.length);
  }

  /** While an answer is being written, Stop takes the place of Send. */
  busy(on) {
    const focused = document.activeElement === (on ? this.sendButton : this.stopButton);
    this.isBusy = on;
    this.sendButton.hidden = on;
    this.stopButton.hidden = !on;
    if (focused) (on ? this.stopButton : this.field).focus();
  }

  #send() {
    const text = this.field.value.trim();
    if (!text || this.isBusy) return;
    this.set("");
    this.onSend(text);
  }

  #key(event) {
    // 229: some browsers report the Enter that ends a composition after it has ended
    const composing = event.isComposing || event.keyCode === 229;
    if (event.key !== "Enter" || event.shiftKey || composing) return;
    event.preventDefault();
    this.#send();
  }

  #changed() {
    this.sendButton.disabled = !this.field.value.trim();
    this.field.style.height = "auto";
    this.field.style.height = `${this.field.scrollHeight}px`;
    if (this.field.value) drafts.setItem(this.#draftKey, this.field.value);
    else drafts.removeItem(this.#draftKey);
  }
}

// Inside a frame a browser may refuse to store anything: then drafts live as long as the page.
function storage() {
  try {
    return localStorage;
  } catch {
    const kept = new Map();
    return { getItem: (key) => kept.get(key) ?? null, setItem: (key, text) => kept.set(key, text), removeItem: (key) => kept.delete(key) };
  }
}
