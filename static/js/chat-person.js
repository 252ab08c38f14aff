/** Talking to a person: asking for one, how far it is, and what they say. */

import { send, toast } from "./base.js";

const EVERY = 2500; // milliseconds between looks for news
const RUNNING = ["open", "taken"];

export class Person {
  #timer = 0;

  /** @param told  {asked(), arrived(messages, whether the person has left), focus(): called when the banner goes} */
  constructor(texts, told) {
    this.texts = texts;
    this.told = told;
    this.dialog = document.getElementById("person");
    this.banner = document.getElementById("person-banner");
    this.button = document.getElementById("ask-person");
    this.notice = document.getElementById("ai-notice");
    this.button?.addEventListener("click", () => this.dialog.showModal());
    this.dialog.querySelector("form").addEventListener("submit", (event) => this.#submit(event));
    this.dialog.querySelector("[data-close]").addEventListener("click", () => this.dialog.close());
    this.banner.querySelector("button").addEventListener("click", () => this.#takeBack());
  }

  /** Another conversation is shown, or this one changed. */
  show(talk) {
    this.talk = talk;
    this.#draw();
    clearTimeout(this.#timer);
    if (this.isRunning) this.#timer = setTimeout(() => this.#look(), EVERY);
  }

  get isRunning() {
    return RUNNING.includes(this.talk.handover?.state);
  }

  #draw() {
    const { state, name } = this.talk.handover ?? {};
    const focused = this.banner.contains(document.activeElement);
    const text = state === "taken" ? this.texts.personHere.replace("%name%", name) : this.texts.personAsked;
    const place = this.banner.querySelector("span");
    if (place.textContent !== text) place.textContent = text;
    this.banner.hidden = !this.isRunning;
    this.banner.querySelector("button").hidden = state !== "open";
    if (this.button) this.button.hidden = this.isRunning;
    this.notice.hidden = state === "taken";
    if (focused && !document.activeElement.checkVisibility()) this.told.focus();
  }

  async #submit(event) {
    event.preventDefault();
    const form = event.target;
    if (form.ariaBusy === "true") return; // a second click
    form.ariaBusy = "true";
    try {
      const talk = this.talk;
      await talk.create();
      const { reason, contact } = Object.fromEntries(new FormData(form));
      await this.#tell(talk, send(`/chat/conversations/${talk.id}/person`, { json: { reason, contact } }));
      form.reset();
      this.dialog.close();
      this.told.asked();
    } catch (error) {
      toast(error.status ? error.message : this.texts.nothingSaved);
    } finally {
      form.ariaBusy = null;
    }
  }

  async #takeBack() {
    const talk = this.talk;
    try {
      await this.#tell(talk, send(`/chat/conversations/${talk.id}/person`, { method: "DELETE" }));
    } catch {
      toast(this.texts.nothingSaved);
    }
  }

  async #tell(talk, request) {
    const { handover } = await (await request).json();
    talk.handover = handover;
    if (talk === this.talk) this.show(talk);
  }

  async #look() {
    const talk = this.talk;
    if (!talk.writing) await this.#news(talk).catch(() => {}); // the next look may find the server again
    if (talk === this.talk) this.show(talk);
  }

  async #news(talk) {
    const response = await send(`/chat/conversations/${talk.id}/news?after=${talk.tree.lastId}`, { method: "GET" });
    const { messages, handover } = await response.json();
    if (talk.writing) return; // its own events tell the rest
    const before = talk.handover;
    talk.handover = handover;
    const fresh = talk.receive(messages);
    if (talk === this.talk) this.told.arrived(fresh, before?.state === "taken" && handover?.state === "closed");
  }
}
