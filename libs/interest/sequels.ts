/** What an impression yields when it ends: what came of the clicked items. */
import type { Sequel } from '#events';
import type { LogPosition } from '#kernel';
import { CONVERTED, dwellOf, LIKED } from './deeds.js';
import type { PendingImpression } from './pending-impression.js';
import type { UserState } from './user-state.js';

/** One for each clicked item, in order: its label is known only now, for likes and purchases that came and those that did not. */
export function sequels(user: UserState, impression: PendingImpression, cause: LogPosition): Sequel[] {
  const clicked: number[] = [];
  for (let item = 0; item < impression.size; item++) if (impression.clicked[item] === 1) clicked.push(item);
  const features = impression.features(clicked);
  return clicked.map((item, i) => {
    const deeds = impression.deeds[item]!;
    return {
      kind: 'sequel',
      cause,
      timestamp: impression.at,
      userKey: user.userKey,
      itemKey: impression.itemKeys[item]!,
      listKey: impression.listKey,
      segment: impression.segment,
      liked: (deeds & LIKED) !== 0,
      converted: (deeds & CONVERTED) !== 0,
      dwellSeconds: dwellOf(deeds),
      position: impression.positions[item]!,
      features: features[i]!,
    };
  });
}
