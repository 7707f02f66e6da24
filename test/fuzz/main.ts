/**
 * `npm run fuzz -- [--seed N] [--minutes M] [--case A | A-B] [--json]`: hostile input at every HTTP route and NATS subject of a
 * whole system of its own. Exit code 0: no crash, no 5xx but documented 503s, no hang, no error in a log. Each defect says how
 * to replay it.
 */
import { parseArgs } from 'node:util';
import { errorMessage } from '#kernel';
import { Campaign, type CampaignResult } from './campaign.js';
import { Target } from './target.js';

const SEED_MAX = 2 ** 31;
const MINUTES_DEFAULT = 2;
const TELL_MS = 10_000;
let toldAt = performance.now();

const values = parsed();
const seed = values.seed === undefined ? Math.floor(Math.random() * SEED_MAX) : Number(values.seed);
const [first, last] = (values.case ?? `0-${Number.MAX_SAFE_INTEGER - 1}`).split('-').map(Number);
const target = await Target.start();
try {
  const result = await Campaign.run(target, {
    seed,
    from: first!,
    to: (last ?? first!) + 1,
    endAt: performance.now() + Number(values.minutes) * 60_000,
    onRound: tell,
  });
  process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : told(result));
  process.exitCode = result.defects.length === 0 ? 0 : 1;
} finally {
  await target.stop();
}
process.exit();

function tell(done: number, defects: number): void {
  if (performance.now() - toldAt < TELL_MS) return;
  toldAt = performance.now();
  process.stderr.write(`seed ${seed}: ${done} cases, ${defects} defects\n`);
}

function parsed() {
  try {
    const { values } = parseArgs({
      options: {
        seed: { type: 'string' },
        minutes: { type: 'string', default: String(MINUTES_DEFAULT) },
        case: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    });
    return values;
  } catch (error) {
    process.stderr.write(`${errorMessage(error)}\n`);
    return process.exit(2);
  }
}

function told({ seed, cases, seconds, defects, answers }: CampaignResult): string {
  const doors = Object.entries(answers)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([route, counts]) => {
      const list = Object.entries(counts).map(([outcome, n]) => `${outcome} ${n}`);
      return `  ${route.padEnd(34)} ${list.sort().join(', ')}`;
    });
  const found = defects.map(({ what, route, did = [], input, replay }) =>
    [
      `  ${route ?? 'the system'}: ${what}`,
      ...(input ? [`    did    ${did.join('; ')}`, `    input  ${input}`] : []),
      `    again  ${replay}`,
    ].join('\n'),
  );
  return [
    `seed ${seed}: ${cases} cases in ${seconds} s, ${defects.length} defects`,
    ...doors,
    ...found,
    '',
  ].join('\n');
}
