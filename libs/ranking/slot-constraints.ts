/** How the settings bind a list of these items, slot by slot: caps forbid, variety takes from scores. */
import type { Item } from '#catalogue';
import { capsOf } from './caps.js';
import { ItemSimilarity } from './item-similarity.js';
import type { RankingSettings } from './request.js';
import type { SlateCandidates } from './slate.js';
import { varietyOf } from './variety.js';

/** @param items the candidates, best first */
export function slotConstraints(
  items: readonly Item[],
  settings: RankingSettings,
): Pick<SlateCandidates, 'rule' | 'variety'> {
  const { diversity, diversityBy } = settings;
  return {
    rule: capsOf(items, settings),
    ...(diversity > 0 && { variety: varietyOf(diversityBy, diversity, new ItemSimilarity(items)) }),
  };
}
