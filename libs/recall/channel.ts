/** One way of finding candidates: it adds up to its budget of admitted slots. */
import type { SeededRandom } from '#kernel';
import type { CandidateSet, ChannelName } from './candidates.js';
import type { CovisitationScores } from './covisitation-scores.js';
import type { LabelList } from './label-list.js';
import type { LiveStatistics } from './live-statistics.js';
import type { NextItemsFound } from './next-items.js';
import type { RecallIndex } from './recall-index.js';
import type { Taste } from './taste.js';

export interface RecallRequest {
  readonly index: RecallIndex;
  readonly statistics: LiveStatistics;
  readonly taste: Taste;
  /** Of this user's recent items. */
  readonly covisitation: CovisitationScores;
  /** What the collaborative channels found for this user; undefined where nothing learns from engagement. */
  readonly next?: NextItemsFound;
  /** What may be recommended at all: not bought, not excluded, inside the filter. */
  readonly admits: (slot: number) => boolean;
  /** Lists that together hold everything a filter lets through; undefined: the whole catalogue. */
  readonly within: readonly LabelList[] | undefined;
  /** An item shown less often than this has no evidence. */
  readonly evidence: number;
  /** Of the budget, by channel, where they differ from the usual ones; 0: the channel is off. */
  readonly shares?: Readonly<Record<string, number>>;
  /** Candidates looked for, at least; default: CANDIDATES. */
  readonly candidates?: number;
  /** How many items the caller wants in the end. */
  readonly wanted: number;
  readonly now: number;
  readonly random: SeededRandom;
  /** Hears when a channel has looked, and how many candidates it added that no channel before it had found. */
  readonly looked?: (channel: ChannelName, added: number) => void;
}

/** Adds at most `budget` new candidates. */
export type Channel = (request: RecallRequest, budget: number, out: CandidateSet) => void;
