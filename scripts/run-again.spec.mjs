/** A search for violations that failed stays failed: `--retry-failed` is for files that a noisy machine disturbs. */
import { join } from 'node:path';
import { root } from './ensure-ready.mjs';
import { mayRunAgain } from './run-again.mjs';

it.each([
  ['test/chaos/kill-9.e2e.ts', false],
  ['test/chaos/harness/verdict.e2e.ts', false],
  ['test/fuzz/fuzz.e2e.ts', false],
  ['libs/interest/partition-fold.property.spec.ts', false],
  ['libs/recall/recall.spec.ts', false], // has properties among its tests
  ['test/e2e/actors-takeover.e2e.ts', true],
  ['libs/kernel/clock.spec.ts', true],
])('%s is run again: %s', (path, again) => {
  expect(mayRunAgain(root, join(root, path))).toBe(again);
});
