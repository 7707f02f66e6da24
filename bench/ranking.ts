/**
 * Ranking: full recommendations and rankings of 100 candidates, in one process, on one core.
 *
 *     npm run bench -- ranking [--items 10000] [--users 2000] [--lists 10] [--requests 3000] [--json]
 *
 * Beside each figure the aim: 2 ms a recommendation at 10,000 items, 1 ms a ranking of 100. Wall time suffers from whatever
 * else runs; CPU time (of the whole process, garbage collection included) hardly does.
 */
import { parseArgs } from 'node:util';
import { build } from 'hdr-histogram-js';
import { SeededRandom } from '#kernel';
import { createUser } from '#interest';
import { rankCandidates, recommend } from '#ranking';
import { similarItems, trendingItems } from '#recall';
import { printReport, type Figure } from './report/bench-report.js';
import { rankingWorld } from './report/ranking-world.js';

const RECOMMEND_AIM_MS = 2;
const RANK_AIM_MS = 1;
const WARM_UP = 500;
/** Time that passes between two requests, ms: heads and trending items age as they do when serving. */
const BETWEEN_MS = 5;

const { values } = parseArgs({
  options: {
    items: { type: 'string', default: '10000' },
    users: { type: 'string', default: '2000' },
    lists: { type: 'string', default: '10' },
    requests: { type: 'string', default: '3000' },
    json: { type: 'boolean', default: false },
  },
});
const size = { items: Number(values.items), users: Number(values.users), listsEach: Number(values.lists) };
const requests = Number(values.requests);
const world = rankingWorld(size);
const { catalogue, index, replica, settings, users } = world;
const items = [...catalogue.values()];
let candidates = 0;

const figures = [
  ...measure(
    'recommend 10, user with a past',
    RECOMMEND_AIM_MS,
    (i) => recommend({ ...input(i), request: { n: 10 } }).items.length,
  ),
  ...measure(
    'recommend 10, unknown user',
    RECOMMEND_AIM_MS,
    (i) => recommend({ ...input(i), user: createUser(`new-${i}`), request: { n: 10 } }).items.length,
  ),
  ...measure('recommend 10, with variety by mmr', RECOMMEND_AIM_MS, (i) => diversified(i, 'mmr')),
  ...measure('recommend 10, with variety by dpp', RECOMMEND_AIM_MS, (i) => diversified(i, 'dpp')),
  ...measure(
    'rank 100',
    RANK_AIM_MS,
    (i) => rankCandidates({ ...input(i), request: { items: hundred(i) } }).items.length,
  ),
  ...measure(
    'similar 10',
    undefined,
    (i) => similarItems(index, replica, items[i % items.length]!.key, 10).length,
  ),
  ...measure(
    'trending 10',
    undefined,
    (i) => trendingItems(index, replica, { n: 10, now: world.now + i * BETWEEN_MS }).length,
  ),
];
printReport('ranking', figures, { ...size, samples: replica.samples, answered: candidates });

function input(i: number) {
  const user = users[(i * 7) % users.length]!;
  const random = new SeededRandom(i);
  return {
    user,
    catalogue,
    index,
    replica,
    settings: { ...settings.serving, audienceAttributes: settings.interest.audienceAttributes },
    random,
    now: world.now + i * BETWEEN_MS,
  };
}

function diversified(i: number, diversityBy: 'mmr' | 'dpp'): number {
  const asked = input(i);
  const varied = { ...asked.settings, diversity: 0.5, diversityBy };
  return recommend({ ...asked, settings: varied, request: { n: 10 } }).items.length;
}

function hundred(i: number): string[] {
  return Array.from({ length: 100 }, (_, k) => items[(i * 97 + k * 31) % items.length]!.id);
}

function measure(name: string, aimMs: number | undefined, ask: (i: number) => number): Figure[] {
  for (let i = 0; i < WARM_UP; i++) candidates += ask(i);
  const micros = build();
  const before = process.cpuUsage();
  for (let i = WARM_UP; i < WARM_UP + requests; i++) {
    const started = performance.now();
    candidates += ask(i);
    micros.recordValue(Math.max(1, Math.round((performance.now() - started) * 1_000)));
  }
  const { user, system } = process.cpuUsage(before);
  const milliseconds = (percentile: number): number => micros.getValueAtPercentile(percentile) / 1_000;
  return [
    {
      name: `${name}, p50`,
      value: milliseconds(50),
      unit: 'ms',
      ...(aimMs === undefined ? {} : { limit: { name: 'aim', value: aimMs } }),
      note: `p99 ${milliseconds(99).toFixed(2)} ms, CPU ${((user + system) / 1_000 / requests).toFixed(2)} ms each`,
    },
  ];
}
