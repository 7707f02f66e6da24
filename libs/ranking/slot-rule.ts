/**
 * What decides whether a candidate may stand in the next slot, given what stands above. Candidates are numbered
 * 0 .. size − 1, best first.
 */
export interface SlotRule {
  /** An empty list begins. */
  reset(): void;
  /** Whether the candidate may stand next. */
  admits(candidate: number): boolean;
  /** The candidate stands next. */
  place(candidate: number): void;
}

/** Everything may stand anywhere. */
export const FREE: SlotRule = { reset: () => undefined, admits: () => true, place: () => undefined };
