/** The dialog that makes, copies and withdraws the link by which others can read a conversation. */

import { send, toast } from "./base.js";
import { copy } from "./clipboard.js";

export class Share {
  /** @param told  called with (id, address or null) when the link changed */
  constructor(texts, told) {
    this.texts = texts;
    this.told = told;
    this.dialog = document.getElementById("share");
    this.field = this.dialog.querySelector("input");
    this.dialog.addEventListener("click", (event) => this.#click(event.target.closest("[data-do]")));
  }

  /** @param until  the last message to show; undefined: the newest */
  open(id, address, until) {
    Object.assign(this, { id, until });
    this.#draw(address);
    this.dialog.showModal();
  }

  #draw(address) {
    this.field.value = address ?? "";
    this.dialog.classList.toggle("shared", Boolean(address));
  }

  async #click(button) {
    if (!button) return;
    try {
      await this[button.dataset.do](button);
    } catch {
      toast(this.texts.nothingSaved);
    }
  }

  async make() {
    const response = await send(`/chat/conversations/${this.id}/share`, { method: "PUT", json: { until: this.until ?? null } });
    const { url } = await response.json();
    this.#changed(url);
    this.field.focus();
    this.field.select();
  }

  async withdraw() {
    await send(`/chat/conversations/${this.id}/share`, { method: "DELETE" });
    this.#changed(null);
    this.dialog.querySelector("[data-do=make]").focus();
  }

  copy(button) {
    return copy(this.field.value, button);
  }

  close() {
    this.dialog.close();
  }

  #changed(address) {
    this.#draw(address);
    this.told(this.id, address);
  }
}
