/**
 * Freshness: the time from a click's acknowledgement to a changed list, over HTTP. For each click: ask for a list,
 * click its first item, and ask again with `after` the click's log sequence. The list has changed when `after` was
 * reached and the clicked item is gone from it; the time runs from the acknowledgement to the whole answer.
 *
 *     npm run bench -- freshness [--clicks 1000] [--users 1000] [--items 10000] [--url http://127.0.0.1:8080] [--json]
 *
 * Starts a system of its own on free ports, and fills it; with --url it measures a running one, after adding its
 * items and users. Beside it: reading the same user's list again without a click.
 *
 * Of a system of its own also the weights: from the acknowledgement of a click on a list just shown to the moment at which every
 * host says that its replica has learnt the message of FEEDBACK that the click led to.
 */
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { parseArgs } from 'node:util';
import { build, type Histogram } from 'hdr-histogram-js';
import { connectNats } from '#log';
import { startSystem, type RunningSystem } from '#testkit';
import { printReport } from './report/bench-report.js';
import { userName } from './serving/load.js';
import { populate } from './serving/population.js';

const LIST_LENGTH = 10;
const HOSTS = 2;
const LEARNT_WITHIN_MS = 10_000;

interface List {
  recommendationId: string;
  items: { itemId: string }[];
  after?: { reached: boolean };
}

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    clicks: { type: 'string', default: '1000' },
    users: { type: 'string', default: '1000' },
    items: { type: 'string', default: '10000' },
    json: { type: 'boolean', default: false },
  },
});
const [clicks, users, items] = [values.clicks, values.users, values.items].map(Number) as [
  number,
  number,
  number,
];

const own = values.url
  ? undefined
  : await startSystem({ hosts: HOSTS, learner: true, environment: { REKAPPA_LOG_LEVEL: 'warn' } });
try {
  const url = values.url ?? own!.gateway!.url;
  await populate({ url, items, users });
  await measure(url, Math.min(100, clicks)); // warm
  const { changed, still, unchanged } = await measure(url, clicks);
  const weights = own && (await measureWeights(own, Math.min(300, clicks)));
  printReport(
    'freshness',
    [
      figure('click acknowledged to changed list, p50', changed, still, 50),
      {
        ...figure('click acknowledged to changed list, p99', changed, still, 99),
        note: `max ${millis(changed.maxValue)} ms, ${clicks} clicks, ${unchanged} lists unchanged; aim: p99 under 50 ms`,
      },
      ...(weights ? [50, 99].map((percentile) => weightsFigure(weights, percentile)) : []),
    ],
    { clicks, users, items },
  );
  process.exitCode = unchanged === 0 ? 0 : 1;
} finally {
  await own?.stop();
}

async function measure(
  url: string,
  count: number,
): Promise<{ changed: Histogram; still: Histogram; unchanged: number }> {
  const run = Date.now().toString(36);
  const changed = build();
  const still = build();
  let unchanged = 0;
  for (let i = 0; i < count; i++) {
    const user = userName(i % users);
    await list(url, user);
    const before = await timed(still, () => list(url, user));
    const clicked = before.items[0];
    if (!clicked) throw new Error('the gateway answered an empty list: is the catalogue empty?');
    const seq = await click(url, user, clicked.itemId, `${run}-${i}`);
    const after = await timed(changed, () => list(url, user, seq));
    if (after.after?.reached !== true || after.items.some(({ itemId }) => itemId === clicked.itemId))
      unchanged++;
  }
  return { changed, still, unchanged };
}

async function measureWeights({ gateway, servers }: RunningSystem, count: number): Promise<Histogram> {
  const learnt = build();
  const connection = await connectNats({ natsUrl: servers.natsUrl });
  const manager = await jetstreamManager(connection);
  const run = `weights-${Date.now().toString(36)}`;
  for (let i = 0; i < count; i++) {
    const user = userName(i % users);
    const { items: shown, recommendationId } = await list(gateway.url, user);
    const impression = { kind: 'impression', userId: user, eventId: `${run}-shown-${i}`, recommendationId };
    const shownAt = await feedbackHead(manager);
    await post(gateway.url, { ...impression, items: shown.map(({ itemId }) => ({ itemId })) });
    const before = await messageBehind(manager, shownAt);
    await click(gateway.url, user, shown[0]!.itemId, `${run}-${i}`, recommendationId);
    const acknowledgedAt = performance.now();
    await everyHostAt(connection, await messageBehind(manager, before));
    learnt.recordValue(Math.round((performance.now() - acknowledgedAt) * 1_000));
  }
  await connection.close();
  return learnt;
}

async function feedbackHead(manager: JetStreamManager): Promise<number> {
  return (await manager.streams.info('REKAPPA_FEEDBACK')).state.last_seq;
}

/** The newest FEEDBACK message, once there is one behind `sequence`: nobody else uses the system. */
async function messageBehind(manager: JetStreamManager, sequence: number): Promise<number> {
  const endsAt = performance.now() + LEARNT_WITHIN_MS;
  for (;;) {
    const head = await feedbackHead(manager);
    if (head > sequence) return head;
    if (performance.now() > endsAt) throw new Error('an event led to no feedback: does a host run?');
  }
}

async function everyHostAt(connection: NatsConnection, sequence: number): Promise<void> {
  const endsAt = performance.now() + LEARNT_WITHIN_MS;
  for (;;) {
    let least = Infinity;
    let hosts = 0;
    const answers = await connection.requestMany('rpc.hosts.status', '{}', {
      strategy: 'count',
      maxMessages: HOSTS,
      maxWait: 1_000,
    });
    for await (const answer of answers) {
      const { modelSequence } = answer.json<{ modelSequence: number }>();
      least = Math.min(least, modelSequence);
      hosts++;
    }
    if (hosts === HOSTS && least >= sequence) return;
    if (performance.now() > endsAt)
      throw new Error(`the hosts are at ${least}, not at ${sequence}: does the learner run?`);
  }
}

function weightsFigure(learnt: Histogram, percentile: number) {
  return {
    name: `click acknowledged to weights changed at ${HOSTS} hosts, p${percentile}`,
    value: learnt.getValueAtPercentile(percentile) / 1_000,
    unit: 'ms',
    limit: { name: 'time between deltas', value: 200 },
  };
}

async function timed<T>(into: Histogram, operation: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  const result = await operation();
  into.recordValue(Math.round((performance.now() - startedAt) * 1_000));
  return result;
}

async function list(url: string, user: string, after?: number): Promise<List> {
  const wait = after === undefined ? '' : `&after=${after}`;
  const answer = await fetch(`${url}/v1/recommendations?user=${user}&n=${LIST_LENGTH}${wait}`);
  if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as List;
}

/** @returns the log sequence of the click */
async function click(
  url: string,
  userId: string,
  itemId: string,
  eventId: string,
  recommendationId?: string,
): Promise<number> {
  return post(url, { kind: 'interaction', type: 'click', userId, itemId, eventId, recommendationId });
}

async function post(url: string, event: object): Promise<number> {
  const answer = await fetch(`${url}/v1/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(event),
  });
  if (answer.status !== 202) throw new Error(`${answer.status}: ${await answer.text()}`);
  return ((await answer.json()) as { seq: number }).seq;
}

function figure(name: string, ours: Histogram, beside: Histogram, percentile: number) {
  return {
    name,
    value: ours.getValueAtPercentile(percentile) / 1_000,
    unit: 'ms',
    limit: { name: 'the same list without a click', value: beside.getValueAtPercentile(percentile) / 1_000 },
  };
}

function millis(micros: number): string {
  return (micros / 1_000).toFixed(1);
}
