/**
 * Progressive validation of ratings: each rating is predicted, then learnt; every rating counts, the first of a user or an
 * item too. MAE = mean |ŷ − y|, RMSE = √ mean (ŷ − y)².
 */
export class RatingReport {
  /** |ŷ − y| of each rating, by model. */
  private readonly errors: number[][];

  constructor(readonly names: readonly string[]) {
    this.errors = names.map(() => []);
  }

  get ratings(): number {
    return this.errors[0]!.length;
  }

  /** @param predictions one a model */
  add(rating: number, predictions: readonly number[]): void {
    predictions.forEach((prediction, model) => this.errors[model]!.push(Math.abs(prediction - rating)));
  }

  /** @param share of the newest ratings */
  rows(share = 1): { name: string; mae: number; rmse: number }[] {
    return this.names.map((name) => {
      const errors = this.errorsOf(name, share);
      const sum = errors.reduce((total, error) => total + error, 0);
      const squares = errors.reduce((total, error) => total + error * error, 0);
      return { name, mae: sum / errors.length, rmse: Math.sqrt(squares / errors.length) };
    });
  }

  /** Absolute errors in order of time. */
  errorsOf(name: string, share = 1): readonly number[] {
    const errors = this.errors[this.names.indexOf(name)]!;
    return errors.slice(errors.length - Math.ceil(errors.length * share));
  }

  /** [ratings, MAE over all of them so far], at most `points` of each model. */
  curve(name: string, points = 200): [number, number][] {
    const errors = this.errorsOf(name);
    const every = Math.max(1, Math.floor(errors.length / points));
    const curve: [number, number][] = [];
    let sum = 0;
    errors.forEach((error, i) => {
      sum += error;
      if ((i + 1) % every === 0) curve.push([i + 1, sum / (i + 1)]);
    });
    return curve;
  }
}
