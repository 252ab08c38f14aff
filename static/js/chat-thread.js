/** The messages on the page. While an answer grows only its own last block is drawn, once a frame. */

import { drawOpinion } from "./chat-opinion.js";
import { drawSources } from "./chat-sources.js";
import { loadColours, paint, wantsColours } from "./markdown.js";

const PAGE = 20; // messages drawn at once; earlier ones come when the reader gets there

export class Thread {
  #shown = PAGE;
  #elements = new Map(); // message object → element
  #frame = 0;

  /** @param list the element that holds the messages
   *  @param texts translated sentences by name
   *  @param act called with (what, message, button) when a button of a message is used */
  constructor(list, texts, act) {
    this.list = list;
    this.texts = texts;
    this.act = act;
    this.earlier = document.getElementById("earlier");
    this.earlier.addEventListener("click", () => this.#showEarlier());
    new IntersectionObserver(([{ isIntersecting }]) => isIntersecting && this.#showEarlier()).observe(this.earlier);
  }

  /** Forget what was drawn: the next `draw` is of another conversation, the end of it first. */
  clear() {
    this.#shown = PAGE;
    this.#elements.clear();
  }

  /** Bring the page in line with the path of the conversation, keeping what is already drawn. */
  draw(talk) {
    this.talk = talk;
    const path = talk.path;
    const visible = path.slice(-this.#shown);
    this.earlier.hidden = visible.length === path.length;
    arrange(this.list, visible.map((message) => this.#elementOf(message)));
    visible.forEach((message) => this.refresh(message));
    const silent = visible.filter(({ content }) => content === undefined);
    if (silent.length) talk.load(silent).then(() => silent.forEach((message) => this.refresh(message)), this.onFailed);
  }

  /** Draw everything from `message` on, and bring it into view. */
  async reveal(message) {
    this.#shown = Math.max(this.#shown, this.talk.path.length - this.talk.path.indexOf(message) + 3);
    await this.talk.load(this.talk.path.slice(-this.#shown));
    this.draw(this.talk);
    const element = this.elementOf(message);
    element.scrollIntoView({ block: "center" });
    element.focus({ preventScroll: true });
  }

  /** Draw the words of a growing answer with the next frame. */
  grow(message) {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#write(message);
      this.onGrown?.();
    });
  }

  /** Draw a message as it now is: words, state, buttons. */
  refresh(message) {
    const element = this.#elements.get(message);
    if (!element) return;
    this.#write(message);
    element.dataset.status = message.status;
    if (message.role === "person") element.querySelector("h2").textContent = message.name;
    if (message.role === "assistant") {
      this.#note(element.querySelector(".note"), message);
      drawOpinion(element, message);
      drawSources(element, message);
    }
    this.#variants(element, message);
  }

  elementOf(message) {
    return this.#elements.get(message);
  }

  #elementOf(message) {
    if (!this.#elements.has(message)) this.#elements.set(message, this.#build(message));
    return this.#elements.get(message);
  }

  #build(message) {
    const template = document.getElementById(`${message.role}-message`);
    const element = template.content.firstElementChild.cloneNode(true);
    element.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-act]");
      if (button) this.act(button.dataset.act, message, button);
    });
    return element;
  }

  #write(message) {
    const body = this.#elements.get(message)?.querySelector(".body");
    if (!body) return;
    const { content = "" } = message;
    if (message.role === "user") body.textContent = content;
    else paint(body, content);
    if (message.role !== "user" && wantsColours(content)) loadColours().then(() => this.#write(message));
  }

  #note(note, message) {
    const cut = message.status === "complete" && message.finish_reason === "length";
    const text = message.error || this.texts[cut ? "cut" : message.status] || "";
    note.querySelector("span").textContent = text;
    note.querySelector('[data-act="continue"]').hidden = !(cut || ["stopped", "interrupted"].includes(message.status)) || !message.content;
    note.hidden = !text;
  }

  #variants(element, message) {
    const variants = this.talk.tree.variants(message);
    const place = variants.indexOf(message);
    const group = element.querySelector(".variants");
    group.hidden = variants.length < 2;
    group.querySelector("span").textContent = `${place + 1}/${variants.length}`;
    group.querySelector('[data-act="previous"]').disabled = place === 0;
    group.querySelector('[data-act="next"]').disabled = place === variants.length - 1;
  }

  async #showEarlier() {
    const { talk } = this;
    const shown = this.#shown + PAGE;
    try {
      await talk.load(talk.path.slice(-shown));
    } catch {
      return this.onFailed(); // the button stays
    }
    if (talk !== this.talk || shown !== this.#shown + PAGE) return; // asked twice, or another conversation by now
    const first = this.list.firstElementChild;
    const before = first.getBoundingClientRect().top;
    if (document.activeElement === this.earlier) first.focus({ preventScroll: true });
    this.#shown = shown;
    this.draw(talk);
    this.list.parentElement.scrollTop += first.getBoundingClientRect().top - before;
  }
}

/** Make `elements` the children of `list` without moving those that are in place: moved ones lose focus and scroll. */
function arrange(list, elements) {
  elements.forEach((element, place) => {
    if (list.children[place] !== element) list.insertBefore(element, list.children[place] ?? null);
  });
  while (list.children.length > elements.length) list.lastElementChild.remove();
}
