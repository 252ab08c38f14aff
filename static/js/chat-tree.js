/** The messages of one conversation as a tree: an edit or a second answer is a new branch. */

export class Tree {
  #messages = [];
  #byId = new Map();

  /** @param messages in the order they were written: {id, parent_id, role, content, status, …} */
  constructor(messages = []) {
    messages.forEach((message) => this.add(message));
  }

  add(message) {
    this.#messages.push(message);
    this.#byId.set(message.id, message);
  }

  get(id) {
    return this.#byId.get(id);
  }

  remove(message) {
    this.#messages = this.#messages.filter((other) => other !== message);
    this.#byId.delete(message.id);
  }

  /** Give a message the id under which the server stored it. */
  renumber(message, id) {
    for (const child of this.#messages) if (child.parent_id === message.id) child.parent_id = id;
    this.#byId.delete(message.id);
    message.id = id;
    this.#byId.set(id, message);
  }

  /** The message written last, or undefined. */
  get newest() {
    return this.#messages.at(-1);
  }

  /** The highest number the server has given to one of them, or 0. */
  get lastId() {
    return this.#messages.reduce((last, { id }) => Math.max(last, id), 0);
  }

  /** Everything from the first message down to `id`. */
  pathTo(id) {
    const path = [];
    for (let message = this.#byId.get(id); message; message = this.#byId.get(message.parent_id)) path.push(message);
    return path.reverse();
  }

  /** The variants a message is one of, oldest first. */
  variants(message) {
    return this.#messages.filter((other) => other.parent_id === message.parent_id && other.role === message.role);
  }

  /** The newest message that grew out of `id`, or `id` itself. */
  newestUnder(id) {
    const found = new Set([id]);
    let newest = id;
    for (const message of this.#messages) {
      if (!found.has(message.parent_id)) continue;
      found.add(message.id);
      newest = message.id;
    }
    return newest;
  }
}
