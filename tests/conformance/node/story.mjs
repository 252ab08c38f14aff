// The same story by the official Node client: `node story.mjs MODULES URL KEY BASE TINY TOOLS`.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Checks } from "./checks.mjs";
import { answers } from "./answers.mjs";
import { files } from "./files.mjs";
import { begin, jobs } from "./jobs.mjs";

const [modules, baseURL, apiKey, base, tiny, tools] = process.argv.slice(2);
const require = createRequire(`${modules}/`);
const { OpenAI, toFile } = require("openai");
const { version } = JSON.parse(readFileSync(`${modules}/node_modules/openai/package.json`));

const checks = new Checks();
const watched = async (...request) => {
  const response = await fetch(...request);
  const found = response.headers.get("x-request-id");
  if (response.url.startsWith("http")) checks.always(`x-request-id of ${response.url}`, /^req_[0-9a-f]{32}$/.test(found), found);
  return response;
};
const client = new OpenAI({ apiKey, adminAPIKey: apiKey, baseURL, maxRetries: 0, fetch: watched }); // permissions are an admin's
const story = { checks, client, toFile, base, tiny, tools, raw };

function raw(path, { key = apiKey, ...options } = {}) {
  const headers = { "Content-Type": "application/json", ...(key && { Authorization: `Bearer ${key}` }) };
  return fetch(baseURL + path, { headers, ...options });
}

const file = await checks.section(() => files(story));
const begun = await checks.section(() => begin(story, file));
await answers(story);
await checks.section(() => jobs(story, file, begun));
console.log(`openai ${version} on Node ${process.versions.node}: ${checks.passed} checks passed`);
if (checks.failed) {
  console.error(`${checks.failed} did not`);
  process.exit(1);
}
