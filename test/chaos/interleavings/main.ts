/**
 * Random schedules of a whole deployment in one process, as a fast-check property. Run by the scenario `interleavings`:
 *
 *     node dist/test/chaos/interleavings/main.js <seed> <schedules>
 *
 * Prints one JSON line: what was done in all schedules together, and the smallest that broke something.
 */
import fc from 'fast-check';
import { commands } from './commands.js';
import { judge } from './judge.js';
import { World, type Plan } from './world.js';

/** A failing schedule is made smaller for so many runs. */
const SHRINKS_MAX = 200;
/** Schedules without a learner for each with one. */
const WITHOUT_LEARNER = 9;

const [seed = 1, schedules = 100] = process.argv.slice(2).map(Number);
const tally: Record<string, number> = {};
let runs = 0;

const plan: fc.Arbitrary<Plan> = fc.record({
  fates: fc.array(fc.nat(99), { minLength: 1, maxLength: 50, size: 'max' }),
  chance: fc.nat(),
  learns: fc.constantFrom(true, ...Array.from({ length: WITHOUT_LEARNER }, () => false)),
});

const schedule = fc.asyncProperty(fc.scheduler(), commands, plan, async (scheduler, disturbances, plan) => {
  if (runs++ > schedules + SHRINKS_MAX) fc.pre(false);
  const world = new World(scheduler, plan);
  try {
    await fc.asyncModelRun(() => ({ model: {}, real: world }), disturbances);
    await world.settle();
    const broken = await judge(world);
    for (const [what, times] of Object.entries(world.tally)) tally[what] = (tally[what] ?? 0) + times;
    if (broken.length > 0) throw new Error(broken.join('; '));
  } finally {
    world.end();
  }
});

const { failed, error, counterexample, counterexamplePath } = await report();
process.stdout.write(
  `${JSON.stringify({
    schedules: Math.min(runs, schedules),
    tally,
    ...(failed && { broken: error, schedule: String(counterexample?.[1]), path: counterexamplePath }),
  })}\n`,
);
process.exit(0);

async function report() {
  const { errorInstance, ...details } = await fc.check(schedule, {
    seed,
    numRuns: schedules,
    maxSkipsPerRun: 1,
  });
  return {
    ...details,
    error: errorInstance instanceof Error ? errorInstance.message : String(errorInstance),
  };
}
