// Fine-tuning jobs from their creation to the model.

import { all, sleep } from "./checks.mjs";
import { chatLines, preferenceLines } from "./lines.mjs";

const PATIENCE = 600_000; // milliseconds
const NUMBERS = { n_epochs: 2, batch_size: 4, learning_rate_multiplier: 1 };

/** Jobs that train while other parts of the story are told. */
export async function begin({ checks, client, toFile, base, tiny }, file) {
  const upload = async (text, name) => (await client.files.create({ file: await toFile(Buffer.from(text), name), purpose: "fine-tune" })).id;
  const method = { type: "supervised", supervised: { hyperparameters: NUMBERS } };
  const valid = await upload(chatLines(3), "valid.jsonl");
  const wish = { model: base, training_file: file, validation_file: valid, suffix: "Node_Story", seed: 42, method, metadata: { story: "node" } };
  const chat = await client.fineTuning.jobs.create(wish);
  const found = [chat.status, chat.model, chat.seed, chat.metadata, chat.error, chat.result_files];
  checks.equal("a new job", found, ["validating_files", base, 42, { story: "node" }, null, []]);
  const preferences = await checks.section(async () => {
    const dpo = { type: "dpo", dpo: { hyperparameters: { n_epochs: 1, beta: 0.2 } } };
    return client.fineTuning.jobs.create({ model: tiny, training_file: await upload(preferenceLines(), "preferences.jsonl"), method: dpo });
  });
  const bare = await client.fineTuning.jobs.create({ model: tiny, training_file: file });
  checks.shape("a job without wishes", bare, "job_created");
  checks.equal("called off", (await client.fineTuning.jobs.cancel(bare.id)).status, "cancelled");
  return { chat, preferences, valid };
}

export async function jobs(story, file, begun) {
  for (const part of [lists, refusals, succeeds, permissions, preferences, pause, failure, remove])
    await story.checks.section(() => part(story, file, begun));
}

async function wait({ client }, id, ...wanted) {
  const seen = [];
  for (const begun = Date.now(); !wanted.includes(seen.at(-1)); await sleep(0.2)) {
    const job = await client.fineTuning.jobs.retrieve(id);
    if (job.status !== seen.at(-1)) seen.push(job.status);
    const ended = ["succeeded", "failed", "cancelled"].includes(job.status) && !wanted.includes(job.status);
    if (ended || Date.now() - begun > PATIENCE) throw new Error(`${id} is ${job.status}, not ${wanted}: ${JSON.stringify(job.error)}`);
  }
  return seen;
}

async function lists({ checks, client }, file, { chat }) {
  const ids = (await all(client.fineTuning.jobs.list({ limit: 2 }))).map((job) => job.id);
  checks.true("page by page, each once", ids.includes(chat.id) && new Set(ids).size === ids.length, ids);
  const found = await all(client.fineTuning.jobs.list({ metadata: { story: "node" } }));
  checks.equal("by metadata", found[0].id, chat.id);
}

async function refusals({ checks, client, tiny }, file) {
  const create = (wishes) => client.fineTuning.jobs.create({ model: tiny, training_file: file, ...wishes });
  await checks.refused("an unknown file", () => create({ training_file: "file-abc" }), 400, /^invalid training_file: file-abc$/, { param: "training_file" });
  await checks.refused("an unknown model", () => create({ model: "gpt-9" }), 400, /^Model gpt-9 is not available/, { code: "model_not_available" });
  await checks.refused("epochs", () => create({ hyperparameters: { n_epochs: 51 } }), 400, /n_epochs/, { code: "integer_above_max_value" });
  for (const verb of ["retrieve", "cancel", "pause", "resume", "listEvents"])
    await checks.refused(verb, () => client.fineTuning.jobs[verb]("ftjob-x"), 404, /^Could not find fine tune: ftjob-x$/, { code: "fine_tune_not_found" });
}

async function succeeds(story, file, begun) {
  const { checks, client, base } = story;
  await wait(story, begun.chat.id, "succeeded");
  const job = await client.fineTuning.jobs.retrieve(begun.chat.id);
  begun.model = job.fine_tuned_model;
  checks.matches("the model's name", job.fine_tuned_model, new RegExp(`^ft:${base}:local:node-story:[A-Za-z0-9]{8}$`));
  checks.equal("resolved numbers", job.hyperparameters, NUMBERS);
  checks.true("what it has now", job.finished_at >= job.created_at && job.trained_tokens > 100 && job.error === null, job);
  const events = (await all(client.fineTuning.jobs.listEvents(job.id, { limit: 3 }))).reverse();
  checks.equal("the last event", events.at(-1).message, "The job has successfully completed");
  checks.equal("one event a step", events.filter((event) => event.type === "metrics").map((event) => event.data.step), [1, 2, 3, 4, 5, 6]);
  checks.shape("an event", events[0], "event_message");
  const checkpoints = await all(client.fineTuning.jobs.checkpoints.list(job.id));
  checks.equal("checkpoints", checkpoints.map((checkpoint) => checkpoint.step_number), [6, 3]);
  checks.shape("a checkpoint", checkpoints[0], "checkpoint");
  const table = Buffer.from(await (await client.files.content(job.result_files[0])).text(), "base64").toString();
  checks.equal("the result file", table.split("\n").length, 8);
  const messages = [{ role: "user", content: "Say red." }];
  const said = await client.chat.completions.create({ model: job.fine_tuned_model, messages, max_tokens: 8, temperature: 0 });
  checks.equal("the tuned model answers", said.model, job.fine_tuned_model);
  await checks.refused("but completes nothing", () => client.completions.create({ model: job.fine_tuned_model, prompt: "x" }), 404, /^This is a chat model/);
  await checks.refused("to cancel it", () => client.fineTuning.jobs.cancel(job.id), 400, /./, { param: "fine_tune_id" });
}

async function permissions({ checks, client }, file, { model }) {
  const kept = client.fineTuning.checkpoints.permissions;
  const made = await all(kept.create(model, { project_ids: ["proj_a", "proj_b"] }));
  checks.shape("a permission", made[0], "permission");
  const listed = (await all(kept.list(model))).map((one) => one.id);
  checks.equal("newest first", listed, made.map((one) => one.id).reverse());
  for (const one of made) checks.shape("a deleted permission", await kept.delete(one.id, { fine_tuned_model_checkpoint: model }), "permission_deleted");
}

async function preferences(story, file, begun) {
  if (!begun.preferences) return; // its creation was refused, and counted
  await wait(story, begun.preferences.id, "succeeded");
  const job = await story.client.fineTuning.jobs.retrieve(begun.preferences.id);
  story.checks.equal("a job of preferences", [job.method.type, job.method.dpo.hyperparameters.beta], ["dpo", 0.2]);
}

async function pause(story, file) {
  const { checks, client, tiny } = story;
  const { id } = await client.fineTuning.jobs.create({ model: tiny, training_file: file, hyperparameters: { n_epochs: 50, batch_size: 1 } });
  for (let steps = false; !steps; await sleep(0.1)) steps = (await client.fineTuning.jobs.listEvents(id)).data.some((event) => event.type === "metrics");
  checks.true("pausing", ["pausing", "paused"].includes((await client.fineTuning.jobs.pause(id)).status));
  await wait(story, id, "paused");
  checks.true("resumed", ["queued", "running"].includes((await client.fineTuning.jobs.resume(id)).status));
  checks.equal("cancelled", (await client.fineTuning.jobs.cancel(id)).status, "cancelled");
}

async function failure(story) {
  const { checks, client, toFile, tiny } = story;
  const file = await client.files.create({ file: await toFile(Buffer.from(chatLines(7)), "few.jsonl"), purpose: "fine-tune" });
  const { id } = await client.fineTuning.jobs.create({ model: tiny, training_file: file.id });
  await wait(story, id, "failed");
  const { error } = await client.fineTuning.jobs.retrieve(id);
  const message = "Training file has 7 example(s), but must have at least 10 examples";
  checks.equal("its error", error, { code: "invalid_n_examples", message, param: "training_file" });
}

async function remove({ checks, client }, file, { model }) {
  checks.equal("raw colons", (await client.models.retrieve(model)).id, model);
  checks.shape("a deleted model", await client.models.delete(model), "model_deleted");
  await checks.refused("it is gone", () => client.models.retrieve(model), 404, /does not exist$/, { code: "model_not_found" });
}
