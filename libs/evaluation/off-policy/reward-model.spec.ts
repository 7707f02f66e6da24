import { SeededRandom } from '#kernel';
import { fitLogistic, predictLogistic } from './reward-model.js';

describe('a reward model', () => {
  it('stands where the gradient of its objective is zero', () => {
    const random = new SeededRandom(5);
    const features = Array.from({ length: 400 }, () => [random.normal(), random.next() < 0.3 ? 1 : 0, 5]);
    const labels = features.map(([x, d]) => (random.next() < 1 / (1 + Math.exp(2 - x! - d!)) ? 1 : 0));
    const c = 0.5;
    const model = fitLogistic(features, labels, c);
    const errors = features.map((x, i) => predictLogistic(model, x) - labels[i]!);
    expect(errors.reduce((sum, e) => sum + e, 0)).toBeCloseTo(0, 3);
    model.weights.forEach((w, j) =>
      expect(errors.reduce((sum, e, i) => sum + e * features[i]![j]!, 0) + w / c).toBeCloseTo(0, 3),
    );
  });

  it('stays finite where the classes can be told apart, and where there is only one', () => {
    const features = [[-1], [-2], [1], [2]];
    for (const labels of [
      [0, 0, 1, 1],
      [0, 0, 0, 0],
    ])
      for (const x of features)
        expect(predictLogistic(fitLogistic(features, labels), x)).toBeGreaterThanOrEqual(0);
  });
});
