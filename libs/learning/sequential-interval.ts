/**
 * Intervals that hold at every moment: whoever looks at any time, as often as they like, and stops when they like what they see, is
 * wrong with probability α at most. For an estimate D of an effect with standard error s, information I = 1/s²:
 *
 *     |D − effect| ≤ √( (I + τ) ln( (I + τ) / (τ α²) ) ) / I   for all times at once, with probability 1 − α
 *
 * which is the confidence sequence of the mixture sequential probability ratio test with an N(0, 1/τ) mixture (Robbins 1970; Johari, Pekelis
 * & Walsh 2017), used with the estimated variance (asymptotic confidence sequences: Waudby-Smith, Arbour, Sinha,
 * Kennedy & Ramdas 2021). The p value is the smallest α whose interval leaves out 0.
 */
export interface SequentialInterval {
  readonly low: number;
  readonly high: number;
}

export interface SequentialTest extends SequentialInterval {
  readonly pValue: number;
}

/** Around an estimate. @param effect √(1/τ): the size of effect for which the interval is tightest */
export function sequentialInterval(
  estimate: number,
  standardError: number,
  effect: number,
  alpha = 0.05,
): SequentialInterval {
  const { information, tau, sum } = mixture(standardError, effect);
  const width = Math.sqrt(sum * Math.log(sum / (tau * alpha * alpha))) / information;
  return { low: estimate - width, high: estimate + width };
}

/** The interval of a difference, and how surprising it is if there is none. */
export function sequentialTest(
  difference: number,
  standardError: number,
  effect: number,
  alpha = 0.05,
): SequentialTest {
  const { information, tau, sum } = mixture(standardError, effect);
  const evidence = 0.5 * Math.log(tau / sum) + (information * difference) ** 2 / (2 * sum);
  return {
    ...sequentialInterval(difference, standardError, effect, alpha),
    pValue: Math.min(1, Math.exp(-evidence)),
  };
}

/** I, τ and their sum. */
function mixture(standardError: number, effect: number) {
  const information = 1 / standardError ** 2;
  const tau = 1 / effect ** 2;
  return { information, tau, sum: information + tau };
}
