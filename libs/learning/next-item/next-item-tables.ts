/** The tables that next-item recommendation reads and learns, and how an engagement feeds them. */
import type { Engagement } from '#events';
import type { CoVisitation } from '../co-visitation.js';
import type { ItemStatistics } from '../item-statistics.js';
import { ChannelMix } from './channel-mix.js';
import { FactorVectors } from './factor-vectors.js';
import { ItemTakings } from './item-takings.js';
import { ItemLabels } from './item-labels.js';
import * as factorisation from './matrix-factorisation.js';
import { RecentLinks } from './recent-links.js';
import { takersOf } from './signals.js';
import { Transitions } from './transitions.js';

const USERS_MAX = 200_000;
const ITEMS_MAX = 100_000;
/** Items remembered of a user, users of an item. */
const HISTORY_MAX = 20;
const TAKERS_MAX = 48;
/** Labels that items are found by, and of each the items last taken: more of them than this, and it is common. */
const LABELS_MAX = 200_000;
export const LABELLED_MAX = 48;
/** The newest engagements of everybody, from which negatives are drawn: one row. */
const LATELY_MAX = 255;
const SEED = 20_240_601;

export interface NextItemTables {
  readonly transitions: Transitions;
  readonly takings: ItemTakings;
  /** Items by user, users by item. */
  readonly histories: RecentLinks;
  readonly takers: RecentLinks;
  /** What everybody took to lately. */
  readonly lately: RecentLinks;
  /** Labels by item, items by label. */
  readonly itemLabels: ItemLabels;
  readonly labelled: RecentLinks;
  readonly userFactors: FactorVectors;
  readonly itemFactors: FactorVectors;
  readonly mix: ChannelMix;
}

/** What it reads besides. */
export interface NextItemReads extends NextItemTables {
  readonly statistics: ItemStatistics;
  readonly covisitation: CoVisitation;
}

export function newNextItemTables(): NextItemTables {
  return {
    transitions: new Transitions(),
    takings: new ItemTakings(ITEMS_MAX),
    histories: new RecentLinks(USERS_MAX, HISTORY_MAX),
    takers: new RecentLinks(ITEMS_MAX, TAKERS_MAX),
    lately: new RecentLinks(1, LATELY_MAX),
    itemLabels: new ItemLabels(ITEMS_MAX),
    labelled: new RecentLinks(LABELS_MAX, LABELLED_MAX),
    userFactors: new FactorVectors(USERS_MAX, SEED),
    itemFactors: new FactorVectors(ITEMS_MAX, SEED + 1),
    mix: new ChannelMix(),
  };
}

/** What the tables learn from. */
export type Taking = Pick<
  Engagement,
  'userKey' | 'itemKey' | 'weight' | 'timestamp' | 'recentKeys' | 'recentAgesSeconds' | 'itemLabels'
>;

/** Comes after the mix has learnt from the engagement: it predicts with what was known before. */
export function recordNextItem(tables: NextItemTables, record: Taking): void {
  const { userKey, itemKey, weight, timestamp, recentKeys, recentAgesSeconds } = record;
  if (!(weight > 0)) return;
  recordLabels(tables, record);
  tables.takings.record(itemKey, takersOf(record), weight, timestamp);
  tables.transitions.recordEngagement(itemKey, weight, timestamp, recentKeys, recentAgesSeconds);
  factorisation.recordEngagement(
    tables.userFactors,
    tables.itemFactors,
    tables.histories,
    tables.lately,
    userKey,
    itemKey,
    timestamp,
  );
  tables.histories.record(userKey, itemKey, timestamp);
  tables.takers.record(itemKey, userKey, timestamp);
  tables.lately.record(factorisation.EVERYBODY, itemKey, timestamp);
}

function recordLabels({ itemLabels, labelled }: NextItemTables, record: Taking): void {
  const { itemKey, timestamp, itemLabels: labels } = record;
  if (!labels || labels.length === 0) return;
  itemLabels.record(itemKey, labels);
  for (const label of labels) labelled.record(label, itemKey, timestamp);
}
