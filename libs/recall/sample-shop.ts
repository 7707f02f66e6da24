/** A shop for the tests of this library: a catalogue, its index, statistics that a test sets by hand, and tastes. */
import { asItemId, key53, SeededRandom } from '#kernel';
import type { ItemEvent, ItemFields } from '#events';
import { Catalogue } from '#catalogue';
import type { RecallRequest } from './channel.js';
import { CovisitationScores } from './covisitation-scores.js';
import { EVIDENCE_IMPRESSIONS, type LiveStatistics, type RankedKeys } from './live-statistics.js';
import { RecallIndex } from './recall-index.js';
import type { Interest, Taste, UserGroup } from './taste.js';

export const NOW = 1_700_000_000_000;

export class SampleShop {
  readonly catalogue = new Catalogue();
  readonly index = new RecallIndex(this.catalogue);
  private sequence = 0;

  put(itemId: string, fields: ItemFields = {}, timestamp = NOW): this {
    return this.apply({ kind: 'upsert', mode: 'replace', fields, ...this.base(itemId), timestamp });
  }

  hide(itemId: string): this {
    return this.apply({ kind: 'hide', ...this.base(itemId) });
  }

  remove(itemId: string): this {
    return this.apply({ kind: 'delete', ...this.base(itemId) });
  }

  apply(event: ItemEvent): this {
    this.catalogue.apply(event, { sequence: ++this.sequence, index: 0 }, NOW * 2);
    return this;
  }

  slot(itemId: string): number {
    return this.index.slotOf(key53(itemId));
  }

  id(slot: number): string {
    return this.index.item(slot)!.id;
  }

  request(statistics: LiveStatistics, given: Partial<RecallRequest> = {}): RecallRequest {
    const taste = given.taste ?? tasteFor([]);
    const covisitation = new CovisitationScores();
    covisitation.compute(this.index, statistics, taste);
    return {
      index: this.index,
      statistics,
      taste,
      covisitation,
      admits: () => true,
      within: undefined,
      evidence: EVIDENCE_IMPRESSIONS,
      wanted: 10,
      now: NOW,
      random: new SeededRandom(1),
      ...given,
    };
  }

  private base(itemId: string) {
    return { eventId: `e${this.sequence}`, itemId: asItemId(itemId), timestamp: NOW, version: 1 as const };
  }
}

export interface KnownItem {
  readonly ctr?: number;
  readonly impressions?: number;
  readonly popularity?: number;
  readonly neighbours?: Readonly<Record<string, number>>;
}

/** @param groups popularity of items by group */
export function statisticsOf(
  items: Readonly<Record<string, KnownItem>>,
  groups: Readonly<Record<number, Readonly<Record<string, number>>>> = {},
): LiveStatistics {
  const known = new Map(Object.entries(items).map(([id, item]) => [key53(id), item]));
  return {
    ctr: (key) => known.get(key)?.ctr ?? 0.05,
    provenCtr: (key) => known.get(key)?.ctr ?? 0,
    changes: { count: 0, since: () => true },
    engaged: { count: 0, since: () => true },
    windowOf: () => 2,
    popularityOrder: (key) => Math.log2(known.get(key)?.popularity ?? 0),
    popularityOf: (key) => known.get(key)?.popularity ?? 0,
    impressions: (key) => known.get(key)?.impressions ?? 0,
    trending: (n) =>
      ranked(
        [...known]
          .map(([key, { popularity }]): [number, number] => [key, popularity ?? 0])
          .filter(([, p]) => p > 0),
        n,
      ),
    bestWindowSeconds: 3_600,
    groupTrending: (group, n) =>
      ranked(
        Object.entries(groups[group] ?? {}).map(([id, score]) => [key53(id), score]),
        n,
      ),
    eachNeighbour: (key, visit) => {
      for (const [id, score] of Object.entries(known.get(key)?.neighbours ?? {})) visit(key53(id), score);
    },
    neighbours: (key) =>
      ranked(Object.entries(known.get(key)?.neighbours ?? {}).map(([id, score]) => [key53(id), score])),
  };
}

export function tasteFor(
  interests: readonly Interest[],
  recents: readonly string[] = [],
  embedding?: number[],
  groups: readonly UserGroup[] = [],
): Taste {
  return {
    interests,
    recents: recents.map((itemId, i) => ({
      itemKey: key53(itemId),
      itemId,
      type: 'click',
      ageSeconds: 60 * i,
    })),
    embedding: embedding && Float32Array.from(embedding),
    groups,
  };
}

function ranked(entries: [number, number][], n = entries.length): RankedKeys {
  const best = entries.sort((a, b) => b[1] - a[1]).slice(0, n);
  return { keys: best.map(([key]) => key), scores: best.map(([, score]) => score) };
}
