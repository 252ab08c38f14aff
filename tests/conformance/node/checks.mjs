// Counts what is as it should be, and prints what is not.

import { isDeepStrictEqual } from "node:util";
import { readFileSync } from "node:fs";

const CASES = new URL("../../engine/cases/", import.meta.url);

export class Checks {
  passed = 0;
  failed = 0;

  equal(what, found, expected) {
    if (isDeepStrictEqual(found, expected)) this.passed++;
    else this.#differs(what, found, expected);
  }

  true(what, holds, found) {
    if (holds) this.passed++;
    else this.#differs(what, found, "something else");
  }

  /** As `true`, for what is looked at each time something happens; only failures count. */
  always(what, holds, found) {
    if (!holds) this.#differs(what, found, "something else");
  }

  matches(what, found, pattern) {
    this.true(what, pattern.test(found ?? ""), `${found} does not match ${pattern}`);
  }

  #differs(what, found, expected) {
    this.failed++;
    console.error(`DIFFERS ${what}\n   found    ${JSON.stringify(found)}\n   expected ${JSON.stringify(expected)}`);
  }

  /** `found` has the fields of the reference body `name`, and no others. */
  shape(what, found, name) {
    const body = JSON.parse(readFileSync(new URL(`${name}.json`, CASES)));
    this.equal(`${what}: fields of ${name}`, fields(found), fields(body));
  }

  /** The promise of `call` is refused with `status`; its message matches, and so do `code` and `param` if given. */
  async refused(what, call, status, pattern, expected = {}) {
    try {
      const answer = await call();
      this.#differs(what, answer, `an error ${status}`);
    } catch (error) {
      const found = Object.fromEntries(Object.keys(expected).map((name) => [name, error[name]]));
      this.equal(what, { status: error.status, ...found }, { status, ...expected });
      this.matches(`${what}: message`, error.error?.message, pattern);
    }
  }

  /** Tell one part of the story; if it breaks off, say so and go on with the next. */
  async section(part) {
    try {
      return await part();
    } catch (error) {
      this.failed++;
      console.error("BROKE OFF", error);
    }
  }
}

// The skeleton of a JSON value: names and nesting of objects, the first item of lists, no values.
function fields(value) {
  if (Array.isArray(value)) return value[0] !== null && typeof value[0] === "object" ? [fields(value[0])] : null;
  if (value === null || typeof value !== "object") return null;
  const names = Object.keys(value).filter((name) => !name.startsWith("_")).sort();
  return Object.fromEntries(names.map((name) => [name, fields(value[name])]));
}

export const sleep = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

export async function all(pages) {
  const items = [];
  for await (const item of pages) items.push(item);
  return items;
}
