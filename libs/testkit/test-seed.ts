/**
 * The seed of a random test: printed, so that a failure can be replayed with REKAPPA_TEST_SEED. `npm test` gives one to the whole run;
 * each name makes a seed of its own of it, so that two seeded parts of one test do not repeat each other's events.
 */
import { fnv1a32, mix32 } from '#kernel';

const SEED_MAX = 2 ** 31;

export function testSeed(name: string): number {
  const given = process.env['REKAPPA_TEST_SEED'];
  const run = given === undefined ? Math.floor(Math.random() * SEED_MAX) : Number(given);
  process.stderr.write(`${name}: again with REKAPPA_TEST_SEED=${run}\n`);
  return mix32(fnv1a32(name) ^ run) % SEED_MAX;
}
