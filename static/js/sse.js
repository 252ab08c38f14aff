/** Server-sent events over `fetch`: the text of a response in, parsed JSON events out. */

/** Cuts a stream of text pieces into events; comments (`: ping`) vanish. */
export class EventParser {
  #rest = "";

  /** Take the next piece and return the events that are complete by now. */
  feed(text) {
    this.#rest += text;
    const blocks = this.#rest.split(/\r?\n\r?\n/);
    this.#rest = blocks.pop();
    return blocks.map(dataOf).filter(Boolean).map((data) => JSON.parse(data));
  }
}

function dataOf(block) {
  const lines = block.split(/\r?\n/).filter((line) => line.startsWith("data:"));
  return lines.map((line) => line.slice(5).trimStart()).join("\n");
}

/** Yield each event of a streamed response as it arrives. Ends when the server has been silent for `patience`. */
export async function* readEvents(response, patience = 20_000) {
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  const parser = new EventParser();
  for (;;) {
    const timer = setTimeout(() => reader.cancel(), patience); // a living server sends a ping every 5 s
    const { done, value } = await reader.read();
    clearTimeout(timer);
    if (done) return;
    yield* parser.feed(decoder.decode(value, { stream: true }));
  }
}
