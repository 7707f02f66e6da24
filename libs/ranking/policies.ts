/**
 * The policies that can serve, each as its components (policy.ts):
 *
 * | policy | a list |
 * |---|---|
 * | `greedy` | the greedy list |
 * | `epsilon-greedy` | each slot: with probability ε any that may stand there, evenly; else the best that may |
 * | `plackett-luce` | with probability ε sampled, slot by slot, from softmax(score / TEMPERATURE); else the greedy list |
 * | `thompson` | each slot: the largest of Gaussian draws around the scores, with the model's own uncertainty |
 * | `random` | each slot: any that may stand there, evenly |
 *
 * Variety (what stands above takes from a score) enters the greedy list and Plackett-Luce's weights, not Thompson's draws.
 * Thompson draws anew for each slot, so that slots are independent given those above and their probabilities are
 * one-dimensional integrals (gaussian-choice.ts).
 */
import { GaussianChoice } from './gaussian-choice.js';
import type { Arrangement, Component, Policy } from './policy.js';
import type { OpenCandidates } from './slate.js';

export const POLICY_NAMES = ['plackett-luce', 'epsilon-greedy', 'thompson', 'greedy', 'random'] as const;
export type PolicyName = (typeof POLICY_NAMES)[number];

export interface PolicySettings {
  readonly policy: PolicyName;
  /** ε of `epsilon-greedy` and `plackett-luce`. */
  readonly explore: number;
  /** `thompson`: the model's standard deviations times this. */
  readonly thompsonSpread: number;
}

export function policyOf({ policy, explore, thompsonSpread }: PolicySettings): Policy {
  switch (policy) {
    case 'greedy':
      return made('greedy', (arrangement) => [greedy(arrangement, 1)]);
    case 'epsilon-greedy':
      return made(`epsilon-greedy-${explore}`, (arrangement) => [epsilonGreedy(arrangement, explore)]);
    case 'plackett-luce':
      return made(`plackett-luce-${explore}`, (arrangement) => [
        plackettLuce(explore),
        greedy(arrangement, 1 - explore),
      ]);
    case 'thompson':
      return {
        ...made(`thompson-${thompsonSpread}`, (arrangement) => [thompson(arrangement, thompsonSpread)]),
        samplesScores: true,
      };
    case 'random':
      return made('random', () => [
        { weight: 1, certain: false, chances: evenly, chance: (_, standing) => 1 / standing.length },
      ]);
  }
}

/** The settings behind a logged name; undefined when it is none of ours. */
export function policyNamed(name: string): PolicySettings | undefined {
  const policy = POLICY_NAMES.find((known) => name === known || name.startsWith(`${known}-`));
  if (policy === undefined) return undefined;
  const parameter = name === policy ? 0 : Number(name.slice(policy.length + 1));
  return Number.isFinite(parameter)
    ? { policy, explore: parameter, thompsonSpread: policy === 'thompson' ? parameter : 1 }
    : undefined;
}

function made(name: string, components: Policy['components']): Policy {
  return { name, samplesScores: false, components };
}

function greedy({ greedy }: Arrangement, weight: number): Component {
  return {
    weight,
    certain: true,
    chances: (open, slate) => {
      const chances = new Float64Array(open.length);
      const at = open.indexOf(greedy[slate.length]!);
      if (at >= 0) chances[at] = 1;
      return chances;
    },
    chance: (candidate, _, slate) => (candidate === greedy[slate.length] ? 1 : 0),
  };
}

/** The best is the greedy list's next, as far as it is still free; so reserved slots and variety survive an exploration. */
function epsilonGreedy({ greedy }: Arrangement, explore: number): Component {
  return {
    weight: 1,
    certain: explore === 0,
    chances: (standing) => {
      const chances = new Float64Array(standing.length).fill(explore / standing.length);
      chances[standing.indexOf(bestOf(standing))]! += 1 - explore;
      return chances;
    },
    chance: (candidate, standing) =>
      candidate === bestOf(standing) ? explore / standing.length + (1 - explore) : explore / standing.length,
  };

  function bestOf(standing: readonly number[]): number {
    const may = new Set(standing);
    return greedy.find((candidate) => may.has(candidate)) ?? standing[0]!;
  }
}

function plackettLuce(weight: number): Component {
  return {
    weight,
    certain: false,
    chances: (standing, _, open) => {
      const chances = new Float64Array(standing.length);
      const total = totalWeight(standing, open);
      // All weights can underflow together when the better ones are taken: then the next best stands.
      if (total === 0) return chances.fill(1, 0, 1);
      for (let i = 0; i < chances.length; i++) chances[i] = open.weight(standing[i]!) / total;
      return chances;
    },
    chance: (candidate, standing, _, open) => {
      const total = totalWeight(standing, open);
      return total === 0 ? Number(candidate === standing[0]) : open.weight(candidate) / total;
    },
  };
}

function totalWeight(standing: readonly number[], open: OpenCandidates): number {
  let total = 0;
  for (let i = 0; i < standing.length; i++) total += open.weight(standing[i]!);
  return total;
}

function thompson({ scores, deviations }: Arrangement, spread: number): Component {
  if (!deviations) throw new Error('thompson sampling needs the deviations of the scores');
  const choice = new GaussianChoice(
    scores,
    Float64Array.from(deviations, (deviation) => deviation * spread),
  );
  return {
    weight: 1,
    certain: false,
    chances: (standing) => choice.chances(standing),
    chance: (candidate, standing) => choice.chance(candidate, standing),
    draw: (standing, point) => choice.draw(standing, point),
  };
}

function evenly(open: readonly number[]): Float64Array {
  return new Float64Array(open.length).fill(1 / open.length);
}
