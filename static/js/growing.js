/** A text that grows word by word, painted once a frame. */

import { loadColours, paint, wantsColours } from "./markdown.js";

export class Growing {
  #frame = 0;
  text = "";

  constructor(element) {
    this.element = element;
  }

  reset(text = "") {
    this.text = text;
    this.draw();
  }

  /** One that `replaces` takes the place of all before it. */
  add(text, replaces = false) {
    this.text = replaces ? text : this.text + text;
    this.#frame ||= requestAnimationFrame(() => this.draw());
  }

  draw() {
    this.#frame = 0;
    paint(this.element, this.text);
    if (wantsColours(this.text)) loadColours().then(() => paint(this.element, this.text));
  }
}
