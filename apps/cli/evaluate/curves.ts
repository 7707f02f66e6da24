/** The curves that data sets share. */
import type { ListReport, PointReport, TopNReport } from '#evaluation';
import type { Curve } from './dataset.js';

const POINTS = 60;
/** Of curves whose steps stand by themselves: fewer, so that each says something. */
const STEPS = 20;

/** How a metric over all lists so far settled. */
export function rankCurve(
  { columns, ranks }: Pick<ListReport | TopNReport, 'columns' | 'ranks'>,
  metric: string,
  served: string,
  unit = 'lists with a click',
): Curve {
  return {
    title: `${metric}, over all ${unit} so far`,
    xLabel: unit,
    yLabel: metric,
    series: columns.map(({ name }, model) => ({
      name,
      strong: name === served,
      points: ranks.curve(model, metric, POINTS),
    })),
  };
}

/** A metric of each stretch by itself, of what serves and of the best baseline: how it changed with the times. */
export function stretchCurve(
  report: ListReport | TopNReport,
  metric: string,
  served: string,
  unit: string,
): Curve {
  const shown = [served, report.bestBaseline(metric)];
  return {
    title: `${metric}, of each twentieth of the ${unit}`,
    xLabel: unit,
    yLabel: metric,
    series: report.columns.flatMap(({ name }, model) =>
      shown.includes(name)
        ? [{ name, strong: name === served, points: report.ranks.curve(model, metric, STEPS, true) }]
        : [],
    ),
  };
}

/** Log loss of each step by itself, of the models with probabilities. */
export function lossCurve(report: PointReport, served: string): Curve {
  return {
    title: 'Log loss, of each twentieth of the samples',
    xLabel: 'samples',
    yLabel: 'log loss, nats',
    series: report.columns
      .filter((column) => column.probabilistic)
      .map(({ name }) => ({ name, strong: name === served, points: report.lossCurve(name, STEPS) })),
  };
}

/** What was predicted against what happened, in ten groups of equally many samples; the diagonal is right. */
export function calibrationCurves(report: PointReport, names: readonly string[]): Curve {
  const series = names.map((name, i) => ({
    name,
    strong: i === 0,
    points: report.calibration(name).map((bin): [number, number] => [bin.predicted, bin.observed]),
  }));
  const far = Math.max(0, ...series.flatMap(({ points }) => points.flat()));
  return {
    title: 'Calibration, all samples',
    xLabel: 'predicted',
    yLabel: 'observed',
    series: [
      ...series,
      {
        name: 'calibrated',
        points: [
          [0, 0],
          [far, far],
        ],
      },
    ],
  };
}
