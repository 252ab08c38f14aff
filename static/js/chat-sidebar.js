/** The list of conversations: by day, searchable, each with rename and delete (which can be undone). */

import { send, toast } from "./base.js";

const DAY = 24 * 3600 * 1000;
const UNDO_SHOWN = 10_000; // milliseconds

export class Sidebar {
  #query = 0;

  /** @param told  {opened(id), renamed(id, title), deleted(id)} */
  constructor(texts, told) {
    this.texts = texts;
    this.told = told;
    this.list = document.getElementById("talks");
    this.search = document.getElementById("search");
    this.menu = clone("talk-menu");
    document.getElementById("side").append(this.menu); // inside, so that on a phone the drawer stays open under it
    this.search.addEventListener("input", () => this.#searchSoon());
    this.list.addEventListener("click", (event) => this.#click(event));
    this.menu.addEventListener("click", (event) => this.#choose(event));
    this.menu.addEventListener("toggle", (event) => this.button?.setAttribute("aria-expanded", event.newState === "open"));
    this.draw(JSON.parse(this.list.dataset.talks));
  }

  /** Read the list again. */
  async reload() {
    const query = this.search.value.trim();
    const turn = ++this.#query;
    const response = await send(`/chat/conversations?q=${encodeURIComponent(query)}`, { method: "GET" });
    const { conversations } = await response.json();
    if (turn === this.#query) this.draw(conversations);
  }

  draw(talks) {
    this.talks = talks;
    const groups = groupBy(talks, (talk) => this.#dayOf(talk));
    this.list.replaceChildren(...[...groups].flatMap(([day, members]) => this.#group(day, members)));
    if (!talks.length) this.list.append(paragraph(this.search.value ? this.texts.nothingFound : this.texts.noneYet));
    this.mark(this.current);
  }

  /** Show which conversation is open. */
  mark(id) {
    this.current = id;
    for (const link of this.list.querySelectorAll(".talk > a"))
      if (link.parentElement.dataset.id === id) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
  }

  #group(day, members) {
    const title = document.createElement("h2");
    title.textContent = day;
    const list = document.createElement("ul");
    list.append(...members.map((talk) => this.#entry(talk)));
    return [title, list];
  }

  #entry(talk) {
    const entry = clone("talk-entry");
    entry.dataset.id = talk.id;
    const link = entry.querySelector("a");
    link.href = `/c/${talk.id}`;
    link.textContent = link.title = talk.title;
    return entry;
  }

  #dayOf(talk) {
    const midnight = new Date().setHours(0, 0, 0, 0);
    const age = midnight - new Date(talk.updated_at);
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
    const link = event.target.closest(".talk > a");
    const more = event.target.closest(".talk-more");
    if (more) this.#openMenu(entry, more);
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.told.opened(entry.dataset.id);
  }

  #openMenu(entry, button) {
    this.entry = entry;
    this.button = button;
    for (const link of this.menu.querySelectorAll("[data-save]"))
      link.href = `/chat/conversations/${entry.dataset.id}/file/${link.dataset.save}`;
    this.menu.showPopover();
    const { bottom, right, left } = button.getBoundingClientRect();
    const rtl = getComputedStyle(button).direction === "rtl";
    this.menu.style.top = `${Math.min(bottom + 4, innerHeight - this.menu.offsetHeight - 8)}px`;
    this.menu.style.left = `${Math.max(8, rtl ? left : right - this.menu.offsetWidth)}px`;
    this.menu.querySelector("button").focus();
  }

  #choose(event) {
    const item = event.target.closest(".menu-item");
    if (!item) return;
    this.menu.hidePopover();
    if ("rename" in item.dataset) this.#rename(this.entry);
    if ("delete" in item.dataset) this.#delete(this.entry);
  }

  #rename(entry) {
    const link = entry.querySelector("a");
    const form = clone("talk-rename");
    const field = form.querySelector("input");
    field.value = link.textContent;
    link.replaceWith(form);
    field.select();
    let open = true;
    const finish = (focus) => {
      if (!open) return; // taking the form away blurs the field, which ends here again
      open = false;
      form.replaceWith(link);
      if (focus) link.focus();
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#save(entry, link, field.value.trim());
      finish(true);
    });
    field.addEventListener("keydown", (event) => event.key === "Escape" && finish(true));
    field.addEventListener("blur", () => finish(false));
  }

  async #save(entry, link, title) {
    const before = link.textContent;
    if (!title || title === before) return;
    link.textContent = link.title = title;
    try {
      await send(`/chat/conversations/${entry.dataset.id}`, { method: "PATCH", json: { title } });
      this.told.renamed(entry.dataset.id, title);
    } catch {
      link.textContent = link.title = before;
      toast(this.texts.nothingSaved);
    }
  }

  async #delete(entry) {
    const { id } = entry.dataset;
    try {
      await send(`/chat/conversations/${id}`, { method: "DELETE" });
    } catch {
      toast(this.texts.nothingSaved);
      return;
    }
    const before = [...entry.childNodes];
    const undo = document.createElement("button");
    undo.className = "undo";
    undo.textContent = this.texts.undo;
    entry.classList.add("deleted");
    entry.replaceChildren(paragraph(this.texts.deleted), undo);
    undo.focus();
    const timer = setTimeout(() => entry.remove(), UNDO_SHOWN);
    undo.addEventListener("click", async () => {
      clearTimeout(timer);
      await send(`/chat/conversations/${id}/restore`);
      entry.classList.remove("deleted");
      entry.replaceChildren(...before);
      entry.querySelector("a").focus();
    });
    this.told.deleted(id);
  }
}

function clone(id) {
  return document.getElementById(id).content.firstElementChild.cloneNode(true);
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
