/** Items and users with tastes, put in through the API: each user is shown a list and clicks in two favourite categories. */
import { SeededRandom, sleep, until } from '#kernel';
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
const VISIBLE_WITHIN_MS = 600_000;
/** Requests under way at once. */
const POSTS = 4;

export const itemName = (index: number): string => `bench-item-${index}`;

export interface Population {
  readonly url: string;
  readonly items: number;
  readonly users: number;
  /** Where the learner's metrics are, to wait until it has learnt; undefined: does not wait. */
  readonly learnerUrl?: string;
}

/** Resolves when everything is visible to reads. */
export async function populate({ url, items, users, learnerUrl }: Population): Promise<void> {
  const random = new SeededRandom(7);
  await post(`${url}/v1/items`, items, (i) => [item(i, random)]);
  const seq = await post(`${url}/v1/events`, users, (i) => eventsOf(i, items, random));
  const endsAt = performance.now() + VISIBLE_WITHIN_MS;
  for (let user = 0; user < users; user += Math.ceil(users / 64))
    await visible(url, userName(user), seq, endsAt);
  if (learnerUrl === undefined) return;
  await until(
    'the learner has learnt from most lists',
    async () => (await samplesOf(learnerUrl)) >= 0.8 * users * SHOWN,
    VISIBLE_WITHIN_MS,
    200,
  );
}

async function samplesOf(learnerUrl: string): Promise<number> {
  const text = await (await fetch(`${learnerUrl}/metrics`)).text();
  return [...text.matchAll(/^rekappa_samples_total\{[^}]*\} (\S+)/gm)].reduce(
    (sum, [, value]) => sum + Number(value),
    0,
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

function eventsOf(user: number, items: number, random: SeededRandom): object[] {
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

async function visible(url: string, user: string, seq: number, endsAt: number): Promise<void> {
  while (performance.now() < endsAt) {
    const response = await fetch(`${url}/v1/recommendations?user=${user}&n=10&after=${seq}`);
    const { after, items } = (await response.json()) as { after: { reached: boolean }; items: unknown[] };
    if (after.reached && items.length === 10) return;
  }
  throw new Error(`the events of ${user} were not visible within ${VISIBLE_WITHIN_MS} ms`);
}
