// Files, uploads in parts, models.

import { all } from "./checks.mjs";
import { chatLines } from "./lines.mjs";

/** Resolves to the id of a training file that stays. */
export async function files(story) {
  const { checks, client, toFile } = story;
  const content = chatLines();
  const file = await client.files.create({ file: await toFile(Buffer.from(content), "train.jsonl"), purpose: "fine-tune" });
  checks.shape("a new file", file, "file");
  checks.equal("its facts", [file.object, file.filename, file.bytes, file.status, file.expires_at], ["file", "train.jsonl", content.length, "processed", null]);
  checks.equal("a file", (await client.files.retrieve(file.id)).id, file.id);
  checks.equal("its content", await (await client.files.content(file.id)).text(), content);
  checks.equal("processed", (await client.files.waitForProcessing(file.id)).status, "processed");
  await checks.section(() => lists(story));
  await checks.section(() => uploads(story, content));
  await checks.section(() => refusals(story));
  await checks.section(() => models(story));
  return file.id;
}

async function lists({ checks, client, toFile }) {
  const made = [];
  for (const name of ["a", "b", "c"]) {
    const options = { file: await toFile(Buffer.from("x"), `${name}.txt`), purpose: "user_data", expires_after: { anchor: "created_at", seconds: 3600 } };
    const file = await client.files.create(options);
    checks.equal("a file that expires", file.expires_at - file.created_at, 3600);
    made.unshift(file.id);
  }
  const ids = async (query) => (await all(client.files.list({ purpose: "user_data", ...query }))).map((file) => file.id);
  checks.equal("newest first", await ids({}), made);
  checks.equal("page by page", await ids({ limit: 1 }), made);
  checks.equal("oldest first", await ids({ order: "asc", limit: 2 }), made.toReversed());
  const page = await client.files.list({ purpose: "user_data", limit: 2 });
  checks.equal("a page", [page.data.length, page.has_more, page.hasNextPage()], [2, true, true]);
  for (const id of made) checks.shape("a deleted file", await client.files.delete(id), "file_deleted");
  checks.equal("an empty page", await ids({}), []);
}

async function uploads({ checks, client, toFile }, content) {
  const begin = () => client.uploads.create({ bytes: content.length, filename: "train.jsonl", mime_type: "text/jsonl", purpose: "fine-tune" });
  const upload = await begin();
  checks.shape("a new upload", upload, "upload_pending");
  const part = async (data) => client.uploads.parts.create(upload.id, { data: await toFile(Buffer.from(data), "upload") });
  const [first, second] = [await part(content.slice(0, 99)), await part(content.slice(99))];
  checks.shape("a part", first, "upload_part");
  const done = await client.uploads.complete(upload.id, { part_ids: [first.id, second.id] });
  checks.shape("a completed upload", done, "upload_completed");
  checks.equal("its content", await (await client.files.content(done.file.id)).text(), content);
  await client.files.delete(done.file.id);
  checks.equal("cancelled", (await client.uploads.cancel((await begin()).id)).status, "cancelled");
  await checks.refused("to cancel a completed one", () => client.uploads.cancel(upload.id), 400, /completed/);
}

async function refusals({ checks, client, toFile, raw }) {
  const create = async (name, purpose) => client.files.create({ file: await toFile(Buffer.from("x"), name), purpose });
  await checks.refused("an unknown purpose", () => create("a.jsonl", "dance"), 400, /^'dance' is not one of /, { param: "purpose" });
  await checks.refused("another format", () => create("a.csv", "fine-tune"), 400, /^Invalid file format for Fine-Tuning API. Must be .jsonl$/);
  for (const call of ["retrieve", "content", "delete"])
    await checks.refused(`to ${call} an unknown file`, () => client.files[call]("file-x"), 404, /^No such File object: file-x$/, { param: "id" });
  for (const [path, key, status, code] of [["/models", null, 401, null], ["/models", "sk-wrong", 401, "invalid_api_key"], ["/foo", undefined, 404, null]]) {
    const response = await raw(path, key === undefined ? {} : { key });
    const { error } = await response.json();
    checks.equal(`${path} with the key ${key}`, [response.status, error.code, Object.keys(error).sort()], [status, code, ["code", "message", "param", "type"]]);
  }
}

async function models({ checks, client, base }) {
  const found = await all(client.models.list());
  checks.true("the base is among them", found.some((model) => model.id === base), found);
  checks.shape("a model", await client.models.retrieve(base), "model");
  await checks.refused("an unknown model", () => client.models.retrieve("a/b:c"), 404, /^The model 'a\/b:c' does not exist$/, { code: "model_not_found" });
  await checks.refused("to delete a base", () => client.models.delete(base), 403, /base model/);
}
