import assert from "node:assert/strict";
import { test } from "node:test";

import { count } from "../../static/js/outcome.js";

const groups = [[10, [], []], [4, ["empty"], ["masking"]], [3, ["empty", "long"], []], [2, [], ["masking", "-own"]], [1, [], ["-own"]]];

test("yes to everything", () => assert.deepEqual(count(groups, {}), { n: 20, kept: 11, changed: 2, gone: 7 }));
test("a no lets rows stay, unless another answer takes them", () => {
  assert.deepEqual(count(groups, { empty: false, long: true, masking: true, own: true }), { n: 20, kept: 11, changed: 6, gone: 3 });
  assert.deepEqual(count(groups, { empty: false, long: false, masking: false, own: true }), { n: 20, kept: 20, changed: 0, gone: 0 });
});
test("some things happen on a no", () => assert.equal(count(groups, { own: false }).changed, 3));
