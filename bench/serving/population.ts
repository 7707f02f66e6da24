/** Items and users with tastes, put in through the API: each user is shown a list and clicks in two favourite categories. */
import { SeededRandom, sleep } from '#kernel';
import { userName } from './load.js';

const CATEGORIES = 100;
const BRANDS = 300;
/** At most: some are drawn twice. */
const SHOWN = 10;
const CLICKS_PER_USER = 3;
const BATCH = 900; // the last user's events may exceed it by some
/** The lists were shown this long ago: their attribution windows have closed, so that the model learns from what was not clicked too. */
const SHOWN_AGO_MS = 3 * 3_600_000;
const CLICKED_AFTER_MS = 10_000;
/** Folding and learning may take as long as they need while they get on; so long without a step, they are stuck. */
const STALLED_MS = 180_000;
const REPORT_EVERY_MS = 10_000;
/** Requests under way at once. */
const POSTS = 4;

export const itemName = (index: number): string => `bench-item-${index}`;

interface ShopEvent {
  readonly kind: string;
  readonly items?: readonly object[];
  readonly [field: string]: unknown;
}

export interface Population {
  readonly url: string;
  readonly items: number;
  readonly users: number;
  /** Where the host's metrics are, to see how far it is while it has no time for answers. */
  readonly hostUrl?: string;
  /** The same of the learner, to wait until it has learnt; undefined: does not wait. */
  readonly learnerUrl?: string;
}

/** Resolves when every event is visible to reads and, if `learnerUrl` is given, learnt from. Tells stderr how far it is. */
export async function populate({ url, items, users, hostUrl, learnerUrl }: Population): Promise<void> {
  const random = new SeededRandom(7);
  await post(`${url}/v1/items`, items, (i) => [item(i, random)]);
  let shown = 0;
  const seq = await post(`${url}/v1/events`, users, (i) => {
    const events = eventsOf(i, items, random);
    shown += events[0]!.items?.length ?? 0;
    return events;
  });
  const probes = Array.from({ length: Math.min(users, 64) }, (_, i) =>
    userName(Math.floor((i * users) / 64)),
  );
  if (hostUrl !== undefined) await none('log entries to be folded', () => lagOf(hostUrl));
  await none('log entries to be visible', async () => {
    const positions = await Promise.all(probes.map((user) => foldedBy(url, user, seq)));
    return seq - Math.min(...positions);
  });
  if (learnerUrl !== undefined)
    await none('samples to be learnt', async () => shown - (await samplesOf(learnerUrl)));
}

/** Waits until nothing is left, for as long as it gets less. @throws when it has not for STALLED_MS */
async function none(what: string, count: () => Promise<number>): Promise<void> {
  let [least, leastAt, reportedAt] = [Infinity, performance.now(), performance.now()];
  for (let left = await count(); left > 0; left = await count()) {
    if (left < least) [least, leastAt] = [left, performance.now()];
    if (performance.now() - leastAt > STALLED_MS) throw new Error(`${what}: stuck at ${left}`);
    if (performance.now() - reportedAt > REPORT_EVERY_MS) {
      process.stderr.write(`${what}: ${left}\n`);
      reportedAt = performance.now();
    }
    await sleep(200);
  }
}

const samplesOf = async (url: string): Promise<number> =>
  (await series(url, 'rekappa_samples_total')).reduce((sum, samples) => sum + samples, 0);

/** Log entries that the partition furthest behind has not folded. */
const lagOf = async (url: string): Promise<number> => {
  const lags = await series(url, 'rekappa_partition_lag_events');
  return lags.length === 0 ? Infinity : Math.max(...lags);
};

/** Values of a metric, one for each set of labels. */
async function series(url: string, metric: string): Promise<number[]> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return [...text.matchAll(new RegExp(`^${metric}\\{[^}]*\\} (\\S+)`, 'gm'))].map(([, value]) =>
    Number(value),
  );
}

function item(index: number, random: SeededRandom): object {
  return {
    id: itemName(index),
    title: `Item ${index}`,
    categories: [`category-${index % CATEGORIES}`, `shelf-${random.below(CATEGORIES)}`],
    tags: [`tag-${random.below(1_000)}`, `tag-${random.below(1_000)}`],
    brand: `brand-${random.below(BRANDS)}`,
    price: 1 + random.below(200),
  };
}

function eventsOf(user: number, items: number, random: SeededRandom): ShopEvent[] {
  const favourites = [random.below(CATEGORIES), random.below(CATEGORIES)];
  const pick = (): string =>
    itemName(
      Math.min(items - 1, random.below(Math.ceil(items / CATEGORIES)) * CATEGORIES + random.pick(favourites)),
    );
  const userId = userName(user);
  const timestamp = Date.now() - SHOWN_AGO_MS;
  const shown = [...new Set(Array.from({ length: SHOWN }, pick))];
  return [
    {
      kind: 'impression',
      userId,
      timestamp,
      eventId: `shown-${user}`,
      items: shown.map((itemId) => ({ itemId })),
    },
    ...shown.slice(0, CLICKS_PER_USER).map((itemId, at) => ({
      kind: 'interaction',
      type: 'click',
      userId,
      itemId,
      timestamp: timestamp + CLICKED_AFTER_MS,
      eventId: `click-${user}-${at}`,
    })),
  ];
}

/** @param entriesOf what the i-th of `count` items or users adds. @returns the greatest sequence */
async function post(url: string, count: number, entriesOf: (i: number) => object[]): Promise<number> {
  let greatest = 0;
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      const lines: string[] = [];
      while (next < count && lines.length < BATCH)
        for (const entry of entriesOf(next++)) lines.push(JSON.stringify(entry));
      greatest = Math.max(greatest, await postLines(url, lines));
    }
  };
  await Promise.all(Array.from({ length: POSTS }, worker));
  return greatest;
}

async function postLines(url: string, lines: readonly string[]): Promise<number> {
  for (;;) {
    const response = await fetch(url, {
      method: 'POST',
      body: lines.join('\n'),
      headers: { 'content-type': 'application/x-ndjson' },
    });
    if (response.status === 429 || response.status === 503) {
      await response.body?.cancel();
      await sleep(Number(response.headers.get('retry-after') ?? 1) * 1_000);
      continue;
    }
    const { accepted, seq } = (await response.json()) as { accepted: number; seq: number };
    if (accepted !== lines.length) throw new Error(`${url} accepted ${accepted} of ${lines.length}`);
    return seq;
  }
}

/** @returns the sequence that the user's partition has folded, after a bounded wait for `seq` */
async function foldedBy(url: string, user: string, seq: number): Promise<number> {
  const response = await fetch(`${url}/v1/recommendations?user=${user}&n=10&after=${seq}`);
  const { after, position, items } = (await response.json()) as {
    after: { reached: boolean };
    position: number;
    items: unknown[];
  };
  return after.reached && items.length === 10 ? seq : Math.min(position, seq - 1);
}
