/** One conversation and the answer being written in it. Knows the server, not the page. */

import { send } from "./base.js";
import { Tree } from "./chat-tree.js";
import { readEvents } from "./sse.js";

let unsaved = 0; // messages the server has not numbered yet count downwards

export class Talk {
  /** @param stored a conversation as the server tells it, or undefined for a new one
   *  @param told  {created, changed, grew, ended}: functions called with (talk, message) */
  constructor(stored, told) {
    this.id = stored?.id ?? null;
    this.title = stored?.title ?? "";
    this.shared = stored?.shared ?? false;
    this.handover = stored?.handover ?? null;
    this.tree = new Tree(stored?.messages);
    this.leaf = this.tree.newest?.id ?? 0;
    this.told = told;
    this.writing = null;
  }

  /** Whether its last answer is being written for another page, or was when this page was loaded. */
  get isWrittenElsewhere() {
    return !this.writing && this.tree.newest?.status === "streaming";
  }

  get path() {
    return this.tree.pathTo(this.leaf);
  }

  /** Say something after the message `after` (0: as a first message). */
  async send(text, after = this.leaf) {
    const question = this.#add({ role: "user", content: text, status: "complete", parent_id: after || null });
    await this.#answer(question, { content: text, after: this.#saved(after) });
  }

  /** Ask for another answer to the question that `answer` replies to. */
  async again(answer) {
    const question = this.tree.get(answer.parent_id);
    if (question.id > 0) return this.#answer(question, { again: question.id });
    this.tree.remove(answer);
    this.tree.remove(question);
    return this.send(question.content, question.parent_id ?? 0);
  }

  /** Have an answer that was cut written on. */
  async goOn(answer) {
    Object.assign(answer, { status: "streaming", finish_reason: null, error: "" });
    await this.#stream(this.tree.get(answer.parent_id), answer, { continue: answer.id });
  }

  /** Go to a neighbouring variant of a message. */
  turnTo(message) {
    this.leaf = this.tree.newestUnder(message.id);
    this.told.changed(this);
  }

  /** Take in messages that somebody else wrote; returns those that are new here. */
  receive(messages) {
    const fresh = messages.filter((message) => !this.tree.get(message.id));
    for (const message of fresh) {
      this.tree.add(message);
      this.leaf = message.id;
    }
    if (fresh.length) this.told.changed(this);
    return fresh;
  }

  /** Read the words of those of `messages` that came without: of a long conversation only the newest come with theirs. */
  async load(messages) {
    const ids = messages.filter(({ content }) => content === undefined).map(({ id }) => id);
    if (!ids.length) return;
    const response = await send(`/chat/conversations/${this.id}/messages?ids=${ids}`, { method: "GET" });
    for (const told of (await response.json()).messages) Object.assign(this.tree.get(told.id), told);
  }

  stop() {
    this.writing?.abort();
  }

  /** Make sure that the server knows this conversation. */
  async create() {
    if (this.id) return;
    const created = await send("/chat/conversations", { json: {} });
    this.id = (await created.json()).id;
    this.told.created(this);
  }

  /** The id itself, or that of the nearest message above which the server has: a send may have failed. */
  #saved(id) {
    return this.tree.pathTo(id).findLast((message) => message.id > 0)?.id ?? 0;
  }

  #add(message) {
    const added = { id: --unsaved, ...message };
    this.tree.add(added);
    this.leaf = added.id;
    return added;
  }

  #answer(question, body) {
    return this.#stream(question, this.#add({ role: "assistant", content: "", status: "streaming", parent_id: question.id }), body);
  }

  async #stream(question, answer, body) {
    this.writing = new AbortController();
    const { signal } = this.writing;
    this.told.changed(this);
    try {
      await this.create();
      const response = await send(`/chat/conversations/${this.id}/messages`, { json: body, signal });
      for await (const event of readEvents(response)) this.#take(event, question, answer);
      if (answer.status === "streaming") answer.status = "interrupted";
    } catch (error) {
      answer.status = signal.aborted ? "stopped" : answer.content ? "interrupted" : "failed";
      answer.error = error.status ? error.message : "";
    } finally {
      this.writing = null;
      this.told.ended(this, answer);
    }
  }

  #take(event, question, answer) {
    if (event.sources) answer.sources = event.sources;
    if (event.type === "start") {
      this.tree.renumber(question, event.user_message);
      this.tree.renumber(answer, event.message);
      this.leaf = answer.id;
    } else if (event.type === "delta") {
      answer.content = event.replaces ? event.text : answer.content + event.text;
      this.told.grew(this, answer);
    } else if (event.type === "done") {
      Object.assign(answer, { status: event.status, finish_reason: event.finish_reason });
    } else if (event.type === "kept") {
      this.#kept(event, question, answer);
    } else if (event.type === "error") {
      Object.assign(answer, { status: event.status ?? "failed", error: event.message });
    }
  }

  // a person answers in this conversation: no answer follows at once
  #kept(event, question, answer) {
    this.tree.remove(answer);
    this.tree.renumber(question, event.user_message);
    this.leaf = question.id;
    answer.status = "complete";
    this.told.changed(this);
  }
}
