/** The list of conversations: pinned ones, then by day; searchable; and the archive. */

import { send, toast } from "./base.js";
import { EntryMenu } from "./chat-entry.js";

const DAY = 24 * 3600 * 1000;

export class Sidebar {
  #query = 0;
  #stale = false;

  /** @param told  {opened(id, message), renamed(id, title), deleted(id), share(talk)} */
  constructor(texts, told) {
    this.texts = texts;
    this.told = told;
    this.archived = false;
    this.list = document.getElementById("talks");
    this.search = document.getElementById("search");
    this.archive = document.getElementById("archive");
    this.menu = new EntryMenu(texts, this);
    this.search.addEventListener("input", () => this.#searchSoon());
    this.archive.addEventListener("click", () => this.#turnTo(!this.archived));
    this.list.addEventListener("click", (event) => this.#click(event));
    this.draw(JSON.parse(this.list.dataset.talks));
  }

  /** Read the list again; later, while a name is being typed or a deletion can be undone. */
  async reload() {
    this.#stale = this.list.querySelector(".talk-rename, .deleted") !== null;
    if (this.#stale) return;
    const turn = ++this.#query;
    const talks = await this.#read({ q: this.search.value.trim() });
    if (talks && turn === this.#query) this.draw(talks);
  }

  /** Read what comes after the last one that is shown. */
  async #more() {
    const talks = await this.#read({ skip: this.talks.size });
    if (!talks) return;
    const last = [...this.talks.keys()].at(-1);
    this.draw([...this.talks.values(), ...talks]);
    this.list.querySelector(`.talk[data-id="${last}"] a`).focus();
  }

  /** What the server lists, or undefined when it cannot be reached: then what is shown stays. */
  async #read(wish) {
    try {
      const query = new URLSearchParams({ ...wish, ...(this.archived && { archived: "" }) });
      const response = await send(`/chat/conversations?${query}`, { method: "GET" });
      return (await response.json()).conversations;
    } catch {
      toast(this.texts.notRead);
    }
  }

  /** An entry is as it was again: catch up with what was put off. */
  settled() {
    if (this.#stale) this.reload();
  }

  draw(talks) {
    this.talks = new Map(talks.map((talk) => [talk.id, talk]));
    const focus = this.#heldFocus();
    const groups = groupBy(talks, (talk) => this.#groupOf(talk));
    this.list.replaceChildren(...[...groups].flatMap(([name, members]) => this.#group(name, members)));
    if (!talks.length) this.list.append(paragraph(this.#nothing()));
    if (talks.length && talks.length % this.list.dataset.page === 0 && !this.search.value) this.list.append(this.#moreButton());
    this.mark(this.current);
    if (focus) (this.list.querySelector(focus) ?? this.search).focus();
  }

  /** Show which conversation is open. */
  mark(id) {
    this.current = id;
    for (const link of this.list.querySelectorAll(".talk > a"))
      if (link.parentElement.dataset.id === id) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
  }

  #turnTo(archived) {
    this.archived = archived;
    this.archive.setAttribute("aria-pressed", String(archived));
    this.search.value = "";
    this.reload();
  }

  // Where the focus is in the list, as a selector that finds its place in the new one.
  #heldFocus() {
    const entry = this.list.contains(document.activeElement) && document.activeElement.closest(".talk");
    if (!entry) return "";
    return `.talk[data-id="${entry.dataset.id}"] ${document.activeElement.matches(".talk-more") ? ".talk-more" : "a"}`;
  }

  #nothing() {
    if (this.search.value) return this.texts.nothingFound;
    return this.archived ? this.texts.archiveEmpty : this.texts.noneYet;
  }

  #moreButton() {
    const button = document.createElement("button");
    button.className = "earlier";
    button.textContent = this.texts.more;
    button.addEventListener("click", () => this.#more());
    return button;
  }

  #group(name, members) {
    const title = document.createElement("h2");
    title.textContent = name;
    const list = document.createElement("ul");
    list.append(...members.map((talk) => this.#entry(talk)));
    return [title, list];
  }

  #entry(talk) {
    const entry = document.getElementById("talk-entry").content.firstElementChild.cloneNode(true);
    entry.dataset.id = talk.id;
    const link = entry.querySelector("a");
    link.href = `/c/${talk.id}`;
    link.title = talk.title;
    link.querySelector(".talk-title").textContent = talk.title;
    link.querySelector(".talk-excerpt").textContent = talk.excerpt ?? "";
    for (const sign of link.querySelectorAll("[data-sign]")) sign.hidden = !talk[sign.dataset.sign] || (this.archived && sign.dataset.sign === "archived");
    return entry;
  }

  #groupOf(talk) {
    if (this.search.value) return this.texts.found;
    if (this.archived) return this.texts.archive;
    if (talk.pinned) return this.texts.pinned;
    const age = new Date().setHours(0, 0, 0, 0) - new Date(talk.updated_at);
    if (age <= 0) return this.texts.today;
    if (age <= DAY) return this.texts.yesterday;
    return age <= 7 * DAY ? this.texts.week : this.texts.older;
  }

  #searchSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.reload(), 150);
  }

  #click(event) {
    const entry = event.target.closest(".talk");
    const more = event.target.closest(".talk-more");
    if (more) this.menu.open(entry, more, this.talks.get(entry.dataset.id));
    if (!event.target.closest(".talk > a") || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.told.opened(entry.dataset.id, this.talks.get(entry.dataset.id).message);
  }
}

function paragraph(text) {
  const element = document.createElement("p");
  element.textContent = text;
  return element;
}

function groupBy(items, keyOf) {
  const groups = new Map();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
