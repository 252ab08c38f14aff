/** The parts of the chat that need no page: events, branches, sentences, Markdown. Run with `node --test tests/js/`. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Sentences } from "../../static/js/chat-sentences.js";
import { Tree } from "../../static/js/chat-tree.js";
import { renderBlocks } from "../../static/js/markdown.js";
import { EventParser, readEvents } from "../../static/js/sse.js";

test("events survive any cut of the stream", () => {
  const stream = ': ping\n\ndata: {"text":"héllo 你好"}\r\n\r\ndata: {"text":\ndata: "two"}\n\n';
  for (let size = 1; size < stream.length; size++) {
    const parser = new EventParser();
    const found = [];
    for (let at = 0; at < stream.length; at += size) found.push(...parser.feed(stream.slice(at, at + size)));
    assert.deepEqual(found, [{ text: "héllo 你好" }, { text: "two" }]);
  }
});

test("letters cut in the middle of their bytes arrive whole", async () => {
  const bytes = new TextEncoder().encode('data: "你好"\n\n');
  const body = new ReadableStream({
    start(stream) {
      for (const byte of bytes) stream.enqueue(Uint8Array.of(byte));
      stream.close();
    },
  });
  assert.deepEqual(await all(readEvents({ body })), ["你好"]);
});

test("a server that falls silent ends the stream", async () => {
  assert.deepEqual(await all(readEvents({ body: new ReadableStream() }, 20)), []);
});

test("variants and branches of a conversation", () => {
  const tree = new Tree([
    { id: 1, parent_id: null, role: "user" },
    { id: 2, parent_id: 1, role: "assistant" },
    { id: 3, parent_id: 1, role: "assistant" },
    { id: 4, parent_id: 2, role: "user" },
  ]);
  assert.deepEqual(tree.pathTo(4).map(({ id }) => id), [1, 2, 4]);
  assert.deepEqual(tree.variants(tree.get(3)).map(({ id }) => id), [2, 3]);
  assert.equal(tree.newestUnder(2), 4);
  assert.equal(tree.newestUnder(3), 3);
  tree.renumber(tree.get(2), 20);
  assert.deepEqual(tree.pathTo(4).map(({ id }) => id), [1, 20, 4]);
});

test("whole sentences, once each", () => {
  const sentences = new Sentences();
  assert.equal(sentences.take("It costs 3.5"), "");
  assert.equal(sentences.take("It costs 3.50 Euro. And"), "It costs 3.50 Euro.");
  assert.equal(sentences.take("It costs 3.50 Euro. And **that** is all! 好。再"), "And that is all! 好。");
  assert.equal(sentences.rest("It costs 3.50 Euro. And **that** is all! 好。再见"), "再见");
});

test("Markdown never becomes markup of the model's choice", () => {
  const markup = (text) => renderBlocks(text).join("");
  assert.ok(!markup('<img src=x onerror="alert(1)">').includes("<img"));
  assert.ok(!markup("[x](javascript:alert(1))").includes("href"));
  assert.ok(!markup("[x](data:text/html,hi)").includes("href"));
  assert.ok(!markup("![look](https://example.com/a.png)").includes("<img"));
  assert.match(markup("# Title\n\n#### Small"), /<h3 class="h1">Title<\/h3>\s*<h4 class="h4">/);
  assert.match(markup("[x](https://example.com)"), /href="https:\/\/example.com" rel="noopener noreferrer" target="_blank"/);
});

test("a growing answer changes only its last block", () => {
  const before = renderBlocks("# One\n\nTwo words\n\n```js\nlet a");
  const after = renderBlocks("# One\n\nTwo words\n\n```js\nlet a = 1");
  assert.equal(before.length, 3);
  assert.deepEqual(after.slice(0, 2), before.slice(0, 2));
});

async function all(items) {
  const found = [];
  for await (const item of items) found.push(item);
  return found;
}
