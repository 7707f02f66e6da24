/**
 * What a shown item can earn: a click, or what came of the click within the same window, as the fold's sequels tell it
 * (docs/feedback.md). An item that was not clicked earned nothing of any of them.
 */
import type { Interaction } from '#events';
import { CONVERTED, dwellOf, LIKED } from '#interest';
import { DWELL_FULL_SECONDS, GOALS, type Goal } from '#learning';
import type { JudgedList } from '../open-lists.js';

export const REWARDS = ['click', ...GOALS] as const;
export type Reward = (typeof REWARDS)[number];

export const REWARD_UNITS: Readonly<Record<Reward, string>> = {
  click: 'clicks per item shown',
  like: 'likes per item shown',
  conversion: 'conversions per item shown',
  dwell: 'seconds of dwell per item shown',
};

/** Most that one item earns: stays are cut, as in the dwell model. */
export const REWARD_MAX: Readonly<Record<Reward, number>> = {
  click: 1,
  like: 1,
  conversion: 1,
  dwell: DWELL_FULL_SECONDS,
};

/** Interaction types (settings of `interest`). */
export interface DeedTypes {
  readonly likeTypes?: readonly string[];
  readonly conversionTypes?: readonly string[];
}

/** What an interaction says beside a click; undefined: nothing. */
export function deedOf(
  { type, value }: Interaction,
  { likeTypes = [], conversionTypes = [] }: DeedTypes,
): { readonly deed: number; readonly dwellSeconds: number | undefined } | undefined {
  const deed = (likeTypes.includes(type) ? LIKED : 0) | (conversionTypes.includes(type) ? CONVERTED : 0);
  const dwellSeconds = type === 'dwell' ? value : undefined;
  return deed === 0 && dwellSeconds === undefined ? undefined : { deed, dwellSeconds };
}

/** In the reward's unit; undefined where it did not come (of dwell: nobody said), which earns 0. */
export function earnedOf(
  reward: Reward,
  { clicked, deeds }: Pick<JudgedList, 'clicked' | 'deeds'>,
  itemId: string,
): number | undefined {
  if (!clicked.has(itemId)) return undefined;
  const did = deeds.get(itemId) ?? 0;
  switch (reward) {
    case 'click':
      return 1;
    case 'like':
      return (did & LIKED) === 0 ? undefined : 1;
    case 'conversion':
      return (did & CONVERTED) === 0 ? undefined : 1;
    case 'dwell': {
      const seconds = dwellOf(did);
      return seconds < 0 ? undefined : Math.min(DWELL_FULL_SECONDS, seconds);
    }
  }
}

/** The goal behind the reward; undefined: the click itself. */
export const goalOf = (reward: Reward): Goal | undefined => (reward === 'click' ? undefined : reward);
