/** A policy that is asked about, and whether it chooses as the one that ran. */
import type { OnlineModel } from '#learning';
import { forSegment, policyOf, type PlainScore, type RankingSettings } from '#ranking';
import type { RuleSet } from '#rules';

export interface OtherPolicy {
  readonly settings: RankingSettings;
  /** Those that are asked about: they hold in every arm of an experiment, the others as far as the arm leaves them. */
  readonly asked?: Partial<RankingSettings>;
  readonly rules: RuleSet;
  /** Orders the candidates by this instead of the model's score. */
  readonly scoreBy?: PlainScore;
  readonly model: OnlineModel;
}

/** Whether the other policy ranks a list of the segment's user as the one that ran: then it need not be done twice. */
export function sameChoice(
  ran: OtherPolicy,
  other: OtherPolicy,
  arm: Partial<RankingSettings> | undefined,
  segment: string,
): boolean {
  if (other.scoreBy || other.model !== ran.model || other.rules !== ran.rules) return false;
  const [a, b] = [ran, other].map(({ settings, asked }) => {
    const { policy, explore, thompsonSpread, ...rest } = {
      ...forSegment(settings, segment),
      ...arm,
      ...asked,
    };
    return JSON.stringify([policyOf({ policy, explore, thompsonSpread }).name, rest]);
  });
  return a === b;
}
