/** What a setting is judged by: one number a list, less is better, whose mean over lists is the measure. */
import { auc, logLoss, ndcgAt } from '#evaluation';
import { UsageError } from '../terminal/exit.js';
import type { TapedList } from './tape.js';

export const OBJECTIVES = ['log-loss', 'ndcg', 'auc'] as const;
export type ObjectiveName = (typeof OBJECTIVES)[number];

/** How a report names the measure, and how it is had from the loss. */
export const MEASURES: Readonly<Record<ObjectiveName, { title: string; of(loss: number): number }>> = {
  'log-loss': { title: 'log loss', of: (loss) => loss },
  ndcg: { title: 'NDCG@10', of: (loss) => 1 - loss },
  auc: { title: 'AUC', of: (loss) => 1 - loss },
};

export function objectiveNamed(name: string): ObjectiveName {
  const found = OBJECTIVES.find((objective) => objective === name);
  if (!found) throw new UsageError(`--objective is one of ${OBJECTIVES.join(', ')}; got "${name}"`);
  return found;
}

/**
 * @param predictions click-through rates, by list and item
 * @returns a loss for each list that can have one: NDCG needs a click
 */
export function lossesOf(
  objective: ObjectiveName,
  lists: readonly TapedList[],
  predictions: readonly Float64Array[],
): Float64Array {
  const labels = lists.map(({ outcomes }) => outcomes.map(({ label }) => label));
  switch (objective) {
    case 'log-loss':
      return Float64Array.from(lists, (_, l) => logLoss(predictions[l]!, labels[l]!));
    case 'ndcg':
      return Float64Array.from(
        labels.flatMap((own, l) => (own.includes(1) ? [1 - ndcg(own, predictions[l]!, lists[l]!)] : [])),
      );
    case 'auc':
      return aucLosses(labels, predictions);
  }
}

/** Ties are broken by the items' keys, which say nothing. */
function ndcg(labels: readonly number[], scores: Float64Array, { outcomes }: TapedList): number {
  const order = labels.map((_, i) => i);
  order.sort((a, b) => scores[b]! - scores[a]! || outcomes[a]!.itemKey - outcomes[b]!.itemKey);
  return ndcgAt(
    order.map((i) => labels[i]!),
    10,
  );
}

/**
 * 1 − AUC shared out over the lists, so that resampling lists resamples the AUC: each item's place value (DeLong et al.,
 * Biometrics 1988), the share of the other class that it stands right of, weighed so that the mean is the AUC.
 */
function aucLosses(labels: readonly number[][], predictions: readonly Float64Array[]): Float64Array {
  const pairs = labels.flatMap((own, l) =>
    own.map((label, i) => ({ list: l, label, score: predictions[l]![i]! })),
  );
  const total = auc(
    pairs.map(({ score }) => score),
    pairs.map(({ label }) => label),
  );
  const places = placeValues(pairs);
  const positives = pairs.filter(({ label }) => label === 1).length;
  const negatives = pairs.length - positives;
  const sums = new Float64Array(labels.length);
  pairs.forEach(({ list, label }, n) => {
    const share = pairs.length / (label === 1 ? positives : negatives);
    sums[list]! += share * (places[n]! - total);
  });
  const perList = pairs.length / labels.length;
  return sums.map((sum) => 1 - total - sum / perList);
}

/** For each positive the share of negatives below it, for each negative that of positives above it; ties count half. */
function placeValues(pairs: readonly { label: number; score: number }[]): Float64Array {
  const order = pairs.map((_, n) => n).sort((a, b) => pairs[a]!.score - pairs[b]!.score);
  const positives = pairs.filter(({ label }) => label === 1).length;
  const negatives = pairs.length - positives;
  const places = new Float64Array(pairs.length);
  let [below, positivesBelow] = [0, 0];
  for (let from = 0; from < order.length;) {
    let to = from;
    let positivesHere = 0;
    while (to < order.length && pairs[order[to]!]!.score === pairs[order[from]!]!.score)
      positivesHere += pairs[order[to++]!]!.label;
    const negativesHere = to - from - positivesHere;
    const negativesBelow = below - positivesBelow;
    for (let k = from; k < to; k++)
      places[order[k]!] =
        pairs[order[k]!]!.label === 1
          ? (negativesBelow + negativesHere / 2) / negatives
          : (positives - positivesBelow - positivesHere / 2) / positives;
    below = to;
    positivesBelow += positivesHere;
    from = to;
  }
  return places;
}
