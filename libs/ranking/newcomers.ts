/**
 * Items without evidence: nobody knows yet how good they are, so a share of the lists is theirs until they have been
 * shown often enough (`newItemImpressions`). Places go to the least shown first, by octaves of impressions, and among
 * those to the best for this user: every newcomer gets its turn, shown to whom it suits.
 */
interface Newcomer {
  readonly unproven: boolean;
  readonly impressions: number;
  readonly score: number;
  readonly tie: number;
}

/** Indices of those without evidence, the one whose turn it is first. */
export function newcomersOf(ranked: readonly Newcomer[]): number[] {
  return ranked
    .map((_, i) => i)
    .filter((i) => ranked[i]!.unproven)
    .sort((a, b) => byTurn(ranked[a]!, ranked[b]!));
}

export function byTurn(a: Newcomer, b: Newcomer): number {
  return octave(a.impressions) - octave(b.impressions) || b.score - a.score || a.tie - b.tie;
}

function octave(impressions: number): number {
  return Math.floor(Math.log2(1 + impressions));
}
