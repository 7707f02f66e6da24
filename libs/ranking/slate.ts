/**
 * Filling the slots of a list one after the other from candidates sorted by score. What may stand next depends on
 * what stands above: the caps forbid, and variety takes from the score. When caps leave nothing, they yield, so that
 * a list is never cut short.
 *
 * `greedySlate` takes the best that may stand next, in a reserved slot the best item without evidence. Policies that draw by
 * chance (policy.ts) walk over the same OpenCandidates.
 */
import { FREE, type SlotRule } from './slot-rule.js';
import type { Variety } from './variety.js';

/** Of the softmax over log-odds: below 1 prefers the better ones more than the model's odds do. */
export const TEMPERATURE = 0.5;

/** Candidates are 0 .. size − 1, best first. */
export interface SlateCandidates {
  readonly size: number;
  /** exp((score − best score) / TEMPERATURE). */
  readonly weights: Float64Array;
  readonly rule: SlotRule;
  readonly variety?: Variety;
}

/** The draw weights of scores in descending order. */
export function softmaxWeights(scores: ArrayLike<number>, size: number): Float64Array {
  const weights = new Float64Array(size);
  for (let i = 0; i < size; i++) weights[i] = Math.exp((scores[i]! - scores[0]!) / TEMPERATURE);
  return weights;
}

/**
 * @param unproven whether a candidate has no evidence
 * @param share of the slots that items without evidence are sure of, if there are any
 * @param newcomers those without evidence in the order in which reserved slots take them; default: the best first
 * @param phase in [0, 1): by slot k at least ⌊k·share + phase⌋ items without evidence stand, if there are so many
 * @param given takes the candidates that stand in reserved slots
 */
export function greedySlate(
  candidates: SlateCandidates,
  n: number,
  unproven: (candidate: number) => boolean,
  share: number,
  phase: number,
  newcomers?: readonly number[],
  given?: Set<number>,
): number[] {
  const slate: number[] = [];
  let standing = 0;
  for (const open = new OpenCandidates(candidates); slate.length < n && open.nextSlot();) {
    const due = Math.floor((slate.length + 1) * share + phase);
    const newcomer = standing < due ? open.firstNew(unproven, newcomers) : undefined;
    if (newcomer !== undefined) given?.add(newcomer);
    const chosen = newcomer ?? open.first()!;
    if (unproven(chosen)) standing++;
    open.take(chosen);
    slate.push(chosen);
  }
  return slate;
}

/** What may stand in the next slot. */
export class OpenCandidates {
  /** Not yet placed, best first. */
  private readonly left: number[];
  private ruleYields = false;
  /** What variety leaves of each weight; undefined without variety. */
  private readonly kept: Float64Array | undefined;

  constructor(private readonly candidates: SlateCandidates) {
    this.left = Array.from({ length: candidates.size }, (_, i) => i);
    candidates.rule.reset();
    if (!candidates.variety) return;
    candidates.variety.reset();
    this.kept = new Float64Array(candidates.size).fill(1);
  }

  /** @returns false when nothing is left */
  nextSlot(): boolean {
    this.ruleYields = false;
    this.ruleYields = !this.left.some((candidate) => this.admits(candidate));
    return this.left.length > 0;
  }

  /** The first newcomer that may stand here. */
  firstNew(unproven: (candidate: number) => boolean, newcomers?: readonly number[]): number | undefined {
    if (!newcomers) return this.first(unproven);
    return newcomers.find((candidate) => this.left.includes(candidate) && this.admits(candidate));
  }

  /** The best that may stand here, and passes the test. */
  first(test?: (candidate: number) => boolean): number | undefined {
    const possible = (candidate: number): boolean => this.admits(candidate) && (!test || test(candidate));
    if (!this.kept) return this.left.find(possible);
    let best: number | undefined;
    for (const candidate of this.left) {
      if (best !== undefined && this.weight(candidate) <= this.weight(best)) continue;
      if (possible(candidate)) best = candidate;
    }
    return best;
  }

  weight(candidate: number): number {
    const weight = this.candidates.weights[candidate]!;
    return this.kept ? weight * this.kept[candidate]! : weight;
  }

  /** All that may stand in the next slot, best first. Opens the slot. */
  standing(): number[] {
    const { left } = this;
    const { rule } = this.candidates;
    const standing = rule === FREE ? left.slice() : left.filter((candidate) => rule.admits(candidate));
    this.ruleYields = standing.length === 0;
    return this.ruleYields ? left.slice() : standing;
  }

  take(candidate: number): void {
    this.left.splice(this.left.indexOf(candidate), 1);
    this.candidates.rule.place(candidate);
    this.discount(candidate);
  }

  private discount(placed: number): void {
    const { variety } = this.candidates;
    if (!variety || !this.kept) return;
    variety.place(placed);
    for (const candidate of this.left)
      this.kept[candidate] = Math.exp((-variety.strength * variety.redundancy[candidate]!) / TEMPERATURE);
  }

  private admits(candidate: number): boolean {
    return this.ruleYields || this.candidates.rule.admits(candidate);
  }
}
