// Chat, completions and embeddings, whole and as streams.

import { all } from "./checks.mjs";

const ASK = [{ role: "user", content: "Count from one to ten." }];
const PROMPT = "The capital of France is";
const city = { type: "object", properties: { city: { enum: ["Oslo"] } }, required: ["city"], additionalProperties: false };
const TOOL = { type: "function", function: { name: "get_weather", description: "The weather of a city.", parameters: city } };

export async function answers(story) {
  for (const part of [chat, stream, forms, tools, chatRefusals, completions, embeddings]) await story.checks.section(() => part(story));
}

const say = ({ client, base }, wishes = {}) =>
  client.chat.completions.create({ model: base, messages: ASK, max_tokens: 12, temperature: 0, ...wishes });

async function chat(story) {
  const { checks, base } = story;
  const whole = await say(story);
  checks.shape("an answer", whole, "chat_completion");
  checks.equal("its head", [whole.object, whole.model, whole.choices[0].finish_reason], ["chat.completion", base, "length"]);
  checks.equal("its sum", whole.usage.total_tokens, whole.usage.prompt_tokens + whole.usage.completion_tokens);
  checks.equal("the newer name wins", (await say(story, { max_completion_tokens: 2 })).usage.completion_tokens, 2);
  const text = whole.choices[0].message.content;
  checks.equal("stop", (await say(story, { stop: text.slice(5, 8) })).choices[0].message.content, text.slice(0, text.indexOf(text.slice(5, 8))));
  const two = (await say(story, { n: 2, temperature: 1, seed: 7 })).choices;
  checks.true("two different ones", two.length === 2 && two[0].message.content !== two[1].message.content, two);
  checks.equal("the same again", (await say(story, { n: 2, temperature: 1, seed: 7 })).choices, two);
  const likely = await say(story, { logprobs: true, top_logprobs: 2, max_tokens: 5 });
  checks.shape("with log probabilities", likely, "chat_completion_logprobs");
  checks.equal("one for each token", likely.choices[0].logprobs.content.length, 5);
}

async function stream(story) {
  const { checks, client, base } = story;
  const whole = (await say(story)).choices[0];
  const chunks = await all(await say(story, { stream: true, stream_options: { include_usage: true } }));
  const text = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join("");
  checks.equal("the text", text, whole.message.content);
  checks.equal("the first chunk", chunks[0].choices[0].delta, { role: "assistant", content: "", refusal: null });
  checks.equal("the last but one", [chunks.at(-2).choices[0].delta, chunks.at(-2).choices[0].finish_reason], [{}, "length"]);
  checks.equal("usage", [chunks.at(-1).choices, chunks.at(-1).usage.completion_tokens, chunks[0].usage], [[], 12, null]);
  const bare = await all(await say(story, { stream: true }));
  checks.true("no usage unasked", bare.every((chunk) => !("usage" in chunk) && chunk.choices.length === 1));
  const helper = client.chat.completions.stream({ model: base, messages: ASK, max_tokens: 12, temperature: 0 });
  let heard = "";
  helper.on("content", (delta) => (heard += delta));
  checks.equal("the helper's whole", (await helper.finalChatCompletion()).choices[0].message.content, text);
  checks.equal("what the helper heard", heard, text);
  for (let round = 0; round < 6; round++) {
    const open = await say(story, { stream: true, max_tokens: 2000 });
    for await (const chunk of open) if (chunk.choices[0].delta.content) break; // which leaves
  }
  const begun = Date.now();
  await say(story, { max_tokens: 1 });
  checks.true("places are free again", Date.now() - begun < 10_000, Date.now() - begun);
}

async function forms(story) {
  const { checks } = story;
  const schema = { type: "object", properties: { age: { enum: [1, 2] } }, required: ["age"], additionalProperties: false };
  const pet = await say(story, { response_format: { type: "json_schema", json_schema: { name: "pet", schema, strict: true } }, max_tokens: 60 });
  checks.true("JSON of a form", [1, 2].includes(JSON.parse(pet.choices[0].message.content).age), pet.choices[0]);
  await checks.refused("json_object without the word", () => say(story, { response_format: { type: "json_object" } }), 400, /json/, { param: "messages" });
}

async function tools(story) {
  const { checks, client, tools: model } = story;
  const wish = { model, messages: ASK, tools: [TOOL], tool_choice: "required", max_tokens: 60 };
  const said = await client.chat.completions.create(wish);
  checks.shape("a call", said, "chat_completion_tools");
  const [call] = said.choices[0].message.tool_calls;
  checks.equal("its function", [call.function.name, JSON.parse(call.function.arguments)], ["get_weather", { city: "Oslo" }]);
  const helper = client.chat.completions.stream(wish);
  const streamed = (await helper.finalChatCompletion()).choices[0];
  checks.equal("from a stream", [streamed.finish_reason, streamed.message.tool_calls[0].function.name], ["tool_calls", "get_weather"]);
  await checks.refused("a model that cannot", () => say(story, { tools: [TOOL] }), 400, /cannot call tools/, { param: "tools" });
}

async function chatRefusals(story) {
  const { checks } = story;
  for (const [wishes, param, code] of [
    [{ temperature: 3 }, "temperature", "decimal_above_max_value"], [{ n: 0 }, "n", "integer_below_min_value"],
    [{ messages: "hello" }, "messages", "invalid_type"], [{ messages: [{ role: "bot", content: "x" }] }, "messages[0].role", "invalid_value"],
    [{ foo: 1 }, "foo", "unknown_parameter"], [{ top_logprobs: 1 }, "top_logprobs", "invalid_value"],
    [{ messages: [{ role: "user", content: "word ".repeat(9000) }] }, "messages", "context_length_exceeded"],
  ])
    for (const stream of [false, true]) await checks.refused(JSON.stringify(wishes).slice(0, 60), () => say(story, { ...wishes, stream }), 400, /./, { param, code });
  await checks.refused("an unknown model", () => say(story, { model: "x" }), 404, /^The model `x` does not exist or you do not have access to it\.$/, { code: "model_not_found" });
}

async function completions({ checks, client, base }) {
  const write = (wishes = {}) => client.completions.create({ model: base, prompt: PROMPT, max_tokens: 5, temperature: 0, ...wishes });
  const whole = await write();
  checks.shape("a completion", whole, "completion");
  checks.true("its text", whole.choices[0].text.includes("Paris"), whole.choices[0]);
  checks.equal("echo", (await write({ echo: true })).choices[0].text, PROMPT + whole.choices[0].text);
  checks.equal("two of each", (await write({ prompt: [PROMPT, "One,"], n: 2 })).choices.map((choice) => choice.index), [0, 1, 2, 3]);
  checks.equal("token ids", (await write({ prompt: [504, 3575] })).choices.length, 1);
  checks.equal("log probabilities", (await write({ logprobs: 2 })).choices[0].logprobs.tokens.join(""), whole.choices[0].text);
  const chunks = await all(await write({ stream: true }));
  checks.equal("a stream", chunks.map((chunk) => chunk.choices[0].text).join(""), whole.choices[0].text);
  checks.equal("its end", chunks.at(-1).choices[0].finish_reason, "length");
  await checks.refused("a suffix", () => write({ suffix: "x" }), 400, /./, { param: "suffix" });
  await checks.refused("best_of below n", () => write({ best_of: 1, n: 2 }), 400, /./, { param: "best_of" });
}

async function embeddings({ checks, client }) {
  const make = (wishes) => client.embeddings.create({ model: "all-minilm-l6-v2", ...wishes });
  const [plain, packed] = [await make({ input: "hello", encoding_format: "float" }), await make({ input: "hello" })];
  checks.equal("a vector", [plain.object, plain.data[0].object, plain.data[0].embedding.length], ["list", "embedding", 384]);
  const apart = Math.max(...plain.data[0].embedding.map((x, place) => Math.abs(x - packed.data[0].embedding[place])));
  checks.true("the same in base64", apart < 1e-4, apart);
  checks.equal("two texts", (await make({ input: ["a", "b"] })).data.map((item) => item.index), [0, 1]);
  await checks.refused("an empty text", () => make({ input: "" }), 400, /input/, { param: "input" });
}
