/**
 * Items similar to one: first its co-visitation neighbours, then the items that share its labels, rare labels
 * counting more: overlap = Σ idf(shared) / Σ idf(own), idf = ln(1 + N / list size).
 */
import type { Item } from '#catalogue';
import { cosine } from '#vectors';
import type { LiveStatistics } from './live-statistics.js';
import type { RecallIndex } from './recall-index.js';

export interface RelatedItem {
  readonly item: Item;
  /** In (0, 1], comparable within one channel. */
  readonly score: number;
  readonly channel: 'covisitation' | 'content' | 'trending' | 'catalogue';
}

/** Slots compared for one answer, over all lists. */
const COMPARED_MAX = 1_500;
const COMPARED_EACH = 300;
const EMBEDDING_SHARE = 0.5;

/** Up to n visible items, best first; empty when the item itself is not visible and has no neighbours. */
export function similarItems(
  index: RecallIndex,
  statistics: LiveStatistics,
  itemKey: number,
  n: number,
  admits: (item: Item) => boolean = () => true,
): RelatedItem[] {
  const related = neighbours(index, statistics, itemKey, n, admits);
  const own = index.slotOf(itemKey);
  if (own < 0 || related.length >= n) return related;
  const known = new Set([itemKey, ...related.map(({ item }) => item.key)]);
  return [
    ...related,
    ...overlapping(index, statistics, own, known)
      .filter(({ item }) => admits(item))
      .slice(0, n - related.length),
  ];
}

function neighbours(
  index: RecallIndex,
  statistics: LiveStatistics,
  itemKey: number,
  n: number,
  admits: (item: Item) => boolean,
): RelatedItem[] {
  const { keys, scores } = statistics.neighbours(itemKey);
  const related: RelatedItem[] = [];
  for (let i = 0; i < keys.length && related.length < n; i++) {
    const item = keys[i] === itemKey ? undefined : index.item(index.slotOf(keys[i]!));
    if (item && admits(item)) related.push({ item, score: scores[i]!, channel: 'covisitation' });
  }
  return related;
}

function overlapping(
  index: RecallIndex,
  statistics: LiveStatistics,
  own: number,
  known: ReadonlySet<number>,
): RelatedItem[] {
  const weights = new Map(
    [...index.labelsOf(own)].map((id) => [id, Math.log(1 + index.size / index.list(id).size)]),
  );
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  const embedding = index.item(own)!.embedding;
  const compared: (RelatedItem & { ctr: number })[] = [];
  for (const slot of sharing(index, statistics, [...weights.keys()])) {
    const item = index.item(slot)!;
    if (known.has(item.key)) continue;
    let shared = 0;
    for (const id of index.labelsOf(slot)) shared += weights.get(id) ?? 0;
    let score = shared / total;
    if (embedding && item.embedding?.length === embedding.length) {
      score =
        (1 - EMBEDDING_SHARE) * score + EMBEDDING_SHARE * Math.max(0, cosine(embedding, item.embedding));
    }
    compared.push({ item, score, channel: 'content', ctr: statistics.ctr(item.key) });
  }
  compared.sort((a, b) => b.score - a.score || b.ctr - a.ctr || a.item.key - b.item.key);
  return compared.map(({ item, score, channel }) => ({ item, score, channel }));
}

/** Slots under any of the lists, rarest list first, bounded. */
function sharing(index: RecallIndex, statistics: LiveStatistics, ids: number[]): Set<number> {
  const slots = new Set<number>();
  const lists = ids.map((id) => index.list(id)).sort((a, b) => a.size - b.size || a.id - b.id);
  for (const list of lists) {
    const head = index.headOf(list, statistics);
    for (let rank = 0; rank < head.size; rank++) slots.add(head.at(rank));
    for (let i = 0; i < Math.min(list.size, COMPARED_EACH) && slots.size < COMPARED_MAX; i++)
      slots.add(list.members.at(i));
  }
  return slots;
}
