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

  /** Go to a neighbouring variant of a message. */
  turnTo(message) {
    this.leaf = this.tree.newestUnder(message.id);
    this.told.changed(this);
  }

  stop() {
    this.writing?.abort();
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

  async #answer(question, body) {
    const answer = this.#add({ role: "assistant", content: "", status: "streaming", parent_id: question.id });
    this.writing = new AbortController();
    const { signal } = this.writing;
    this.told.changed(this);
    try {
      await this.#create();
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

  async #create() {
    if (this.id) return;
    const created = await send("/chat/conversations", { json: {} });
    this.id = (await created.json()).id;
    this.told.created(this);
  }

  #take(event, question, answer) {
    if (event.type === "start") {
      this.tree.renumber(question, event.user_message);
      this.tree.renumber(answer, event.message);
      this.leaf = answer.id;
    } else if (event.type === "delta") {
      answer.content += event.text;
      this.told.grew(this, answer);
    } else if (event.type === "done") {
      Object.assign(answer, { status: event.status, finish_reason: event.finish_reason });
    } else if (event.type === "error") {
      Object.assign(answer, { status: event.status ?? "failed", error: event.message });
    }
  }
}
