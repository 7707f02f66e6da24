/**
 * What a ranking writes to while it runs. Ranking is synchronous, so one of these serves a whole thread: kept from
 * call to call only to spare allocations, and nothing of one request reaches another.
 */
import { CandidateSet, CovisitationScores } from '#recall';
import { CandidateScorer } from './candidate-scorer.js';
import { Exclusions } from './exclusions.js';
import { GoalValues } from './goal-values.js';
import { Prior } from './prior.js';
import { newScored, type Scored } from './scored.js';

/** Arms and segments may want other numbers of candidates. */
const SETS_MAX = 8;

class Scratch {
  readonly covisitation = new CovisitationScores();
  readonly exclusions = new Exclusions();
  readonly prior = new Prior(this.covisitation);
  readonly scorer = new CandidateScorer(this.prior, new GoalValues());
  private readonly sets = new Map<number, CandidateSet>();
  private readonly pool: Scored[] = [];

  candidates(capacity: number): CandidateSet {
    let set = this.sets.get(capacity);
    if (set) return set;
    if (this.sets.size >= SETS_MAX) this.sets.clear();
    this.sets.set(capacity, (set = new CandidateSet(capacity)));
    return set;
  }

  /** The object of a candidate's place: all but `place` is another request's until it is set. */
  scored(place: number): Scored {
    while (this.pool.length <= place) this.pool.push(newScored(this.pool.length));
    return this.pool[place]!;
  }
}

export const scratch = new Scratch();
