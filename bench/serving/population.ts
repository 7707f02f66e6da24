/** Items and users with tastes, put in through the API: each user is shown a list and clicks in two favourite categories. */
import { SeededRandom } from '#kernel';
import { userName } from './load.js';

const CATEGORIES = 100;
const BRANDS = 300;
const CLICKS_PER_USER = 5;
const BATCH = 900;
const VISIBLE_WITHIN_MS = 60_000;

/** Resolves when everything is visible to reads. */
export async function populate(url: string, items: number, users: number): Promise<void> {
  const random = new SeededRandom(7);
  await post(
    `${url}/v1/items`,
    Array.from({ length: items }, (_, i) => item(i, random)),
  );
  const seq = await post(
    `${url}/v1/events`,
    Array.from({ length: users }, (_, i) => eventsOf(i, items, random)).flat(),
  );
  const endsAt = performance.now() + VISIBLE_WITHIN_MS;
  for (let user = 0; user < users; user += Math.ceil(users / 64))
    await visible(url, userName(user), seq, endsAt);
}

function item(index: number, random: SeededRandom): object {
  return {
    id: `bench-item-${index}`,
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
    `bench-item-${Math.min(items - 1, random.below(Math.ceil(items / CATEGORIES)) * CATEGORIES + random.pick(favourites))}`;
  const userId = userName(user);
  const shown = [...new Set(Array.from({ length: 10 }, pick))];
  return [
    { kind: 'impression', userId, eventId: `shown-${user}`, items: shown.map((itemId) => ({ itemId })) },
    ...shown.slice(0, CLICKS_PER_USER).map((itemId, at) => ({
      kind: 'interaction',
      type: 'click',
      userId,
      itemId,
      eventId: `click-${user}-${at}`,
    })),
  ];
}

/** @returns the greatest sequence */
async function post(url: string, entries: readonly object[]): Promise<number> {
  let greatest = 0;
  for (let at = 0; at < entries.length; at += BATCH) {
    const body = entries
      .slice(at, at + BATCH)
      .map((entry) => JSON.stringify(entry))
      .join('\n');
    const response = await fetch(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/x-ndjson' },
    });
    const { accepted, seq } = (await response.json()) as { accepted: number; seq: number };
    if (accepted !== Math.min(BATCH, entries.length - at))
      throw new Error(`${url} accepted ${accepted} of a batch`);
    greatest = Math.max(greatest, seq);
  }
  return greatest;
}

async function visible(url: string, user: string, seq: number, endsAt: number): Promise<void> {
  while (performance.now() < endsAt) {
    const response = await fetch(`${url}/v1/recommendations?user=${user}&n=10&after=${seq}`);
    const { after, items } = (await response.json()) as { after: { reached: boolean }; items: unknown[] };
    if (after.reached && items.length === 10) return;
  }
  throw new Error(`the events of ${user} were not visible within ${VISIBLE_WITHIN_MS} ms`);
}
