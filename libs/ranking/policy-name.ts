/** The name under which propensities are logged: greedy with probability 1 − ε, else Plackett-Luce. */
export function policyName(explore: number): string {
  return `mixture-${explore}`;
}
