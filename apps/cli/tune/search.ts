/** Ways to search a unit cube for the least loss: ask for a round of points, then tell what they cost. */
import type { SeededRandom } from '#kernel';

export type Point = readonly number[];

export interface Search {
  readonly name: string;
  /** The next round, at most `max` points. */
  ask(max: number): Point[];
  /** The losses of the points last asked for, in their order; NaN counts as infinite. */
  tell(losses: readonly number[]): void;
}

/** Independent uniform points (Bergstra & Bengio, JMLR 2012): the control that any search must beat. */
export function randomSearch(dimensions: number, random: SeededRandom, round: number): Search {
  return {
    name: 'random search',
    ask: (max) =>
      Array.from({ length: Math.min(round, max) }, () =>
        Array.from({ length: dimensions }, () => random.next()),
      ),
    tell: () => undefined,
  };
}
