/**
 * What each channel says of an item for one user at one moment: the numbers that the channel mix weighs. The names'
 * order is the order of the mix's weights.
 */
export const SIGNALS = [
  'popularity hour',
  'popularity 6 hours',
  'popularity day',
  'popularity week',
  'covisitation',
  'session',
  'session, last item',
  'neighbours',
  'neighbours, rare items',
  'factors',
  'labels',
  'rare labels',
  'labels of the last item',
] as const;
export type SignalName = (typeof SIGNALS)[number];

export const POPULARITY_WINDOWS = [3_600, 21_600, 86_400, 604_800] as const;
export const SIGNAL = {
  covisitation: 4,
  session: 5,
  lastSession: 6,
  neighbours: 7,
  rareNeighbours: 8,
  factors: 9,
  labels: 10,
  rareLabels: 11,
  lastLabels: 12,
} as const;

/** The mix has weights for each situation: what a burst of ratings follows is not what a new visit starts with. */
export const SITUATIONS = ['nobody', 'burst', 'visit', 'few items', 'some items', 'many items'] as const;
const BURST_SECONDS = 120;
const VISIT_SECONDS = 3_600;
const FEW = 5;
const MANY = 16;

/** Of a user. Features and learning see at most RECENT_KEYS_MAX recent items. */
export interface Situation {
  readonly userKey: number;
  /** Newest first. */
  readonly recentKeys: readonly number[];
  readonly recentAgesSeconds: readonly number[];
  /** Event time, ms. */
  readonly now: number;
}

export function kindOf({ recentKeys, recentAgesSeconds }: Situation): number {
  if (recentKeys.length === 0) return 0;
  const gap = recentAgesSeconds[0]!;
  if (gap < BURST_SECONDS) return 1;
  if (gap < VISIT_SECONDS) return 2;
  if (recentKeys.length < FEW) return 3;
  return recentKeys.length < MANY ? 4 : 5;
}
