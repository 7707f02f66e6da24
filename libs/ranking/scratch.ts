/**
 * What a ranking writes to while it runs. Ranking is synchronous, so one of these serves a whole thread: kept from
 * call to call only to spare allocations, and nothing of one request reaches another.
 */
import { CandidateSet, CovisitationScores } from '#recall';
import { CandidateScorer } from './candidate-scorer.js';
import { Exclusions } from './exclusions.js';
import { GoalValues } from './goal-values.js';
import { Prior } from './prior.js';

class Scratch {
  readonly covisitation = new CovisitationScores();
  readonly exclusions = new Exclusions();
  readonly prior = new Prior(this.covisitation);
  readonly scorer = new CandidateScorer(this.prior, new GoalValues());
  private set = new CandidateSet(0);

  candidates(capacity: number): CandidateSet {
    if (this.set.capacity !== capacity) this.set = new CandidateSet(capacity);
    return this.set;
  }
}

export const scratch = new Scratch();
