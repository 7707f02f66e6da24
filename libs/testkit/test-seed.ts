/** The seed of a random test: printed, so that a failure can be replayed with REKAPPA_TEST_SEED. `npm test` gives one to the whole run. */
const SEED_MAX = 2 ** 31;

export function testSeed(name: string): number {
  const given = process.env['REKAPPA_TEST_SEED'];
  const seed = given === undefined ? Math.floor(Math.random() * SEED_MAX) : Number(given);
  process.stderr.write(`${name}: seed ${seed} (again with REKAPPA_TEST_SEED=${seed})\n`);
  return seed;
}
