import { TAKINGS } from './item-takings.js';

/** Popularity with one kind of visit, and its half-life. */
const TAKING_SIGNALS = TAKINGS.flatMap(({ kind, seconds }) =>
  seconds.map((halfLife) => `${kind} ${halfLife / 86_400} days` as const),
);

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
  ...TAKING_SIGNALS,
  'age',
  'since last taken',
] as const;

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
  takings: 13,
  age: 13 + TAKING_SIGNALS.length,
  lastTaken: 14 + TAKING_SIGNALS.length,
} as const;
/** The places of those that say how popular an item is, with anybody. */
export const POPULARITY_SIGNALS: readonly number[] = [
  0,
  1,
  2,
  3,
  ...TAKING_SIGNALS.map((_, i) => SIGNAL.takings + i),
];

/** What can be left out as a whole, to see what it adds: each with its signals. */
export const VOICES = {
  covisitation: [SIGNAL.covisitation],
  session: [SIGNAL.session, SIGNAL.lastSession],
  neighbours: [SIGNAL.neighbours, SIGNAL.rareNeighbours],
  factors: [SIGNAL.factors],
  labels: [SIGNAL.labels, SIGNAL.rareLabels, SIGNAL.lastLabels],
  kinds: TAKING_SIGNALS.map((_, i) => SIGNAL.takings + i),
  ages: [SIGNAL.age, SIGNAL.lastTaken],
} as const;
export type Voice = keyof typeof VOICES;

/** The mix has weights for each situation: what a burst of ratings follows is not what a new visit starts with. */
export const SITUATIONS = ['nobody', 'burst', 'visit', 'few items', 'some items', 'many items'] as const;
const BURST_SECONDS = 120;
const VISIT_SECONDS = 3_600;
const FEW = 5;
const MANY = 16;
const [EVERYBODY, NEWCOMERS, BURSTS, DEVOTED] = [0, 1, 2, 3] as const;

/** Of a user. Features and learning see at most RECENT_KEYS_MAX recent items. */
export interface Situation {
  readonly userKey: number;
  /** Newest first. */
  readonly recentKeys: readonly number[];
  readonly recentAgesSeconds: readonly number[];
  /** Event time, ms. */
  readonly now: number;
}

/** Who takes, as TAKINGS has it: everybody, and what the situation says. */
export function takersOf(situation: Pick<Situation, 'recentKeys' | 'recentAgesSeconds'>): number[] {
  const kind = kindOf(situation);
  const takers: number[] = [EVERYBODY];
  if (kind === 0) takers.push(NEWCOMERS);
  if (kind === 1 || kind === 2) takers.push(BURSTS);
  if (situation.recentKeys.length >= MANY) takers.push(DEVOTED);
  return takers;
}

export function kindOf({
  recentKeys,
  recentAgesSeconds,
}: Pick<Situation, 'recentKeys' | 'recentAgesSeconds'>): number {
  if (recentKeys.length === 0) return 0;
  const gap = recentAgesSeconds[0]!;
  if (gap < BURST_SECONDS) return 1;
  if (gap < VISIT_SECONDS) return 2;
  if (recentKeys.length < FEW) return 3;
  return recentKeys.length < MANY ? 4 : 5;
}
