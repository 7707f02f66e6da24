/**
 * What a click and its absence say of relevance, when a slot is looked at with probability θ only.
 *
 * Each outcome is taken as a mass of a positive sample and a mass of a negative one; the gradient of the learners' logit is
 * positive·(p − 1) + negative·ν·p, with ν = `noClickWeight`.
 *
 *     none        click (1, 0)          no click (0, 1)           the slot is left out: its merit goes to the items
 *     feature     the same, and the slot is a feature of training samples; candidates are scored as if in slot 1
 *     weight      click (1/θ, 1 − 1/θ)  no click (0, 1)           inverse examination, unbiased for the log loss of
 *                                                                 relevance (Saito et al., WSDM 2020, eq. 8), 1/θ clipped
 *     posterior   click (1, 0)          no click (r, 1 − r)       r = γ(1 − θ)/(1 − θγ): relevant, but not looked at
 *                                                                 (the regression step of Wang et al., WSDM 2018)
 *
 * `weight` and `posterior` leave the slot out of the features: their predictions are of an examined slot.
 */
const { max, min } = Math;

export const DEBIAS_METHODS = ['none', 'feature', 'weight', 'posterior'] as const;
export type DebiasMethod = (typeof DEBIAS_METHODS)[number];

export interface Masses {
  positive: number;
  negative: number;
}

/** True when predictions are of relevance: a slot's click rate is then θ times that. */
export function predictsRelevance(method: DebiasMethod): boolean {
  return method === 'weight' || method === 'posterior';
}

/**
 * @param examination θ of the slot, relative to slot 1
 * @param relevance γ: the chance of a click when examined, as predicted
 * @param weightMax where 1/θ is clipped
 */
export function massesOf(
  out: Masses,
  method: DebiasMethod,
  label: 0 | 1,
  examination: number,
  relevance: number,
  weightMax: number,
): void {
  out.positive = label;
  out.negative = 1 - label;
  const theta = min(1, max(examination, 1 / weightMax));
  if (method === 'weight' && label === 1) {
    out.positive = 1 / theta;
    out.negative = 1 - out.positive;
  } else if (method === 'posterior' && label === 0) {
    out.positive = (relevance * (1 - theta)) / max(1 - theta * relevance, 1e-6);
    out.negative = 1 - out.positive;
  }
}
