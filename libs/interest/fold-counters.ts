/** What a partition's fold has met, since the log began: part of its state, so equal after any recovery. */
import type { StateReader, StateWriter } from './state-writer.js';

/** The order is stored: new ones go to the end. Those behind STORED_ALWAYS are stored once they count something. */
const NAMES = [
  /** User events folded, without duplicates. */
  'events',
  /** Events whose id was already folded: they changed nothing. */
  'duplicates',
  /** Entries that were no valid event. */
  'rejected',
  /** Item events among user events: ignored. */
  'misplaced',
  'ticks',
  /** Ticks and served lists of an epoch below the highest seen: ignored. */
  'staleEpochs',
  /** Event times cut back to the time of appending plus the allowed skew. */
  'clippedTimestamps',
  'impressions',
  /** Items that one impression named twice: the first counts. */
  'repeatedItems',
  'interactions',
  /** Interactions of a type without a weight: folded with weight 0. */
  'unknownTypes',
  'positives',
  'negatives',
  /** Clicks that came before their impression and were then claimed by it; contained in `positives`. */
  'earlyClicks',
  'repeatedClicks',
  'lateClicks',
  'orphanClicks',
  /** Impressions ended early because a user had too many open. */
  'overflows',
  'served',
  'profiles',
  'merges',
  'absorbs',
  /** Absorb events whose state could not be read: ignored. */
  'unreadableAbsorbs',
  'erasures',
  /** Impressions that were open when their user was erased: they end without an outcome. */
  'erasedImpressions',
  /** Embeddings of another length than their user's taste, which outweighed them: left out. */
  'embeddingsLeftOut',
  /** Embeddings of another length that outweighed what was left of their user's taste: it began anew. */
  'embeddingsReplaced',
] as const;
/** So many are stored whatever they count; more would change the bytes of folds that never met what is counted behind them. */
const STORED_ALWAYS = 25;

export type FoldCounterName = (typeof NAMES)[number];
export type FoldCounters = Record<FoldCounterName, number>;

export function newFoldCounters(): FoldCounters {
  return Object.fromEntries(NAMES.map((name) => [name, 0])) as FoldCounters;
}

export function writeFoldCounters(counters: FoldCounters, out: StateWriter): void {
  let stored = NAMES.length;
  while (stored > STORED_ALWAYS && counters[NAMES[stored - 1]!] === 0) stored--;
  out.count(stored);
  for (const name of NAMES.slice(0, stored)) out.count(counters[name]);
}

export function readFoldCounters(from: StateReader): FoldCounters {
  const counters = newFoldCounters();
  const n = from.size(1);
  for (let i = 0; i < n; i++) {
    const value = from.count();
    const name = NAMES[i];
    if (name) counters[name] = value;
  }
  return counters;
}
