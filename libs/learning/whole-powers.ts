/** base^n of whole n, remembered: to raise a number to a power takes longer than to read what that is needed for. */
export class WholePowers {
  /** 0: not known yet. */
  private readonly known: Float64Array;

  /** @param known powers that are remembered, from 0 on; others are computed each time, to the same bits */
  constructor(
    private readonly base: number,
    known: number,
  ) {
    this.known = new Float64Array(known);
  }

  of(n: number): number {
    const power = n < this.known.length ? this.known[n]! : 0;
    return power > 0 ? power : this.computed(n);
  }

  private computed(n: number): number {
    const power = this.base ** n;
    if (n < this.known.length) this.known[n] = power;
    return power;
  }
}
