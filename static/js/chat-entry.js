/** What can be done with a conversation in the list: the menu, a new name, deleting and taking it back. */

import { send, toast } from "./base.js";

const UNDO_SHOWN = 10_000; // milliseconds

export class EntryMenu {
  /** @param side the Sidebar whose entries these are */
  constructor(texts, side) {
    this.texts = texts;
    this.side = side;
    this.panel = clone("talk-menu");
    document.getElementById("side").append(this.panel); // inside, so that on a phone the drawer stays open under it
    this.panel.addEventListener("click", (event) => this.#choose(event));
    this.panel.addEventListener("toggle", (event) => this.button?.setAttribute("aria-expanded", event.newState === "open"));
  }

  open(entry, button, talk) {
    Object.assign(this, { entry, button, talk });
    for (const link of this.panel.querySelectorAll("[data-save]"))
      link.href = `/chat/conversations/${talk.id}/file/${link.dataset.save}`;
    for (const item of this.panel.querySelectorAll("[data-flag]"))
      item.hidden = Boolean(talk[item.dataset.flag]) !== ("un" in item.dataset);
    this.panel.showPopover();
    const { bottom, right, left } = button.getBoundingClientRect();
    const rtl = getComputedStyle(button).direction === "rtl";
    this.panel.style.top = `${Math.max(8, Math.min(bottom + 4, innerHeight - this.panel.offsetHeight - 8))}px`;
    this.panel.style.left = `${Math.max(8, rtl ? left : right - this.panel.offsetWidth)}px`;
    this.panel.querySelector("button").focus();
  }

  #choose(event) {
    const item = event.target.closest(".menu-item");
    if (!item) return;
    this.panel.hidePopover();
    if ("rename" in item.dataset) this.#rename();
    if ("share" in item.dataset) this.side.told.share(this.talk);
    if ("flag" in item.dataset) this.#set(this.talk.id, item.dataset.flag, !("un" in item.dataset));
    if ("delete" in item.dataset) this.#delete();
  }

  async #set(id, flag, value) {
    if (!(await this.#told(send(`/chat/conversations/${id}`, { method: "PATCH", json: { [flag]: value } })))) return;
    if (flag === "archived" && value) toast(this.texts.putAway, { action: this.texts.undo, onAction: () => this.#set(id, flag, false) });
    await this.side.reload();
  }

  #rename() {
    const { entry, talk } = this;
    const link = entry.querySelector("a");
    const form = clone("talk-rename");
    const field = form.querySelector("input");
    field.value = talk.title;
    link.replaceWith(form);
    field.select();
    let open = true;
    const finish = (focus) => {
      if (!open) return; // taking the form away blurs the field, which ends here again
      open = false;
      form.replaceWith(link);
      if (focus) link.focus();
      this.side.settled();
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#save(talk, link, field.value.trim());
      finish(true);
    });
    field.addEventListener("keydown", (event) => event.key === "Escape" && finish(true));
    field.addEventListener("blur", () => finish(false));
  }

  async #save(talk, link, title) {
    if (!title || title === talk.title) return;
    if (!(await this.#told(send(`/chat/conversations/${talk.id}`, { method: "PATCH", json: { title } })))) return;
    talk.title = link.title = link.querySelector(".talk-title").textContent = title;
    this.side.told.renamed(talk.id, title);
  }

  async #delete() {
    const { entry, talk } = this;
    if (!(await this.#told(send(`/chat/conversations/${talk.id}`, { method: "DELETE" })))) return;
    const before = [...entry.childNodes];
    const undo = clone("talk-deleted");
    entry.classList.add("deleted");
    entry.replaceChildren(undo);
    undo.querySelector("button").focus();
    const timer = setTimeout(() => this.#gone(entry), UNDO_SHOWN);
    undo.querySelector("button").addEventListener("click", async () => {
      clearTimeout(timer);
      if (!(await this.#told(send(`/chat/conversations/${talk.id}/restore`)))) return;
      entry.classList.remove("deleted");
      entry.replaceChildren(...before);
      entry.querySelector("a").focus();
      this.side.settled();
    });
    this.side.told.deleted(talk.id);
  }

  #gone(entry) {
    const held = entry.contains(document.activeElement);
    entry.remove();
    if (held) this.side.search.focus();
    this.side.settled();
  }

  async #told(request) {
    try {
      await request;
      return true;
    } catch (error) {
      toast(error.status === 422 ? error.message : this.texts.nothingSaved);
      return false;
    }
  }
}

function clone(id) {
  return document.getElementById(id).content.firstElementChild.cloneNode(true);
}
