/** A user's state for people: GET /v1/users/:id/state. Decayed values are those of `now`. */
import { DIMENSIONS } from '#features';
import { remaining } from './decay.js';
import { WINDOWS_SECONDS } from './limits.js';
import type { UserState } from './user-state.js';

const INTERESTS_SHOWN = 10;

/** @param now event time, ms */
export function describeUser(state: UserState, now: number): Record<string, unknown> {
  const { counters } = state;
  return {
    userId: state.userId,
    mergedInto: state.mergedInto,
    segment: state.segmentName,
    profile: Object.fromEntries(state.profile),
    firstSeenAt: isoTime(counters.firstSeenAt),
    lastSeenAt: isoTime(counters.lastSeenAt),
    counters: {
      impressions: counters.impressions,
      itemsShown: counters.itemsShown,
      attributedClicks: counters.attributedClicks,
      interactions: counters.interactions,
      byType: Object.fromEntries(counters.types.map((type, i) => [type, counters.typeCounts[i]])),
    },
    windows: Object.fromEntries(
      WINDOWS_SECONDS.map((seconds) => [
        `${seconds}s`,
        state.actions.counts(seconds * 1000, now, counters.types),
      ]),
    ),
    interests: describeInterests(state, now),
    embeddingDimensions: state.embedding?.length ?? 0,
    recentItems: state.recents.ids
      .map((itemId, i) => ({
        itemId,
        type: counters.types[state.recents.types[i]!],
        weight: state.recents.weights[i],
        at: isoTime(state.recents.times[i]!),
      }))
      .reverse(),
    purchasedItems: state.purchased.size,
    dislikedItems: state.disliked.size,
    pendingImpressions: state.pending.values().map((pending) => ({
      at: isoTime(pending.at),
      deadline: isoTime(pending.deadline),
      items: pending.size,
      clicked: pending.clicked.filter((clicked) => clicked === 1).length,
    })),
    rememberedEventIds: state.seen.size,
  };
}

function describeInterests(state: UserState, now: number): Record<string, unknown> {
  const table = state.interests;
  const left = remaining(now - table.at, table.halfLifeMs);
  const rows = Array.from({ length: table.rows }, (_, row) => ({
    dimension: table.dimensionOf(row),
    label: table.labelOf(row),
    longTerm: rounded(table.longAt(row, now)),
    shortTerm: rounded(table.shortAt(row, now)),
    shown: rounded(table.shown[row]! * left),
    clicked: rounded(table.clicked[row]! * left),
  }));
  return Object.fromEntries(
    DIMENSIONS.map((name, dimension) => [
      name,
      rows
        .filter((row) => row.dimension === dimension)
        .sort((a, b) => b.longTerm - a.longTerm)
        .slice(0, INTERESTS_SHOWN)
        .map(({ dimension: _, ...row }) => row),
    ]),
  );
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function isoTime(at: number): string | undefined {
  return at > 0 ? new Date(at).toISOString() : undefined;
}
