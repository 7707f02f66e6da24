/** Progressive losses of the blend and its parts beside the item's own click rate: each sample was predicted before it was learnt. */
import { find, write } from './elements.js';
import { decimals, percent, short, signed } from './format.js';
import { LineChart } from './line-chart.js';

const LINES = [
  { name: 'blend', title: 'blend' },
  { name: 'ftrl', title: 'FTRL' },
  { name: 'fm', title: 'FM' },
  { name: 'itemCtr', title: 'item CTR' },
];

const METRICS = [
  { metric: 'logLoss', title: 'Log loss', hint: '↓ is better', digits: 4, least: 0.002 },
  {
    metric: 'normalisedEntropy',
    title: 'Normalised entropy',
    hint: '↓ is better',
    digits: 4,
    least: 0.01,
  },
  { metric: 'auc', title: 'AUC', hint: '↑ is better', digits: 4, least: 0.01 },
  { metric: 'calibration', title: 'Calibration', hint: '1 is right', digits: 3, least: 0.05, reference: 1 },
  { metric: 'ndcg', title: 'NDCG@10', hint: '↑ is better', digits: 4, least: 0.01 },
];

export class LearningPanel {
  #panel = find('#learning');
  #charts = METRICS.map(
    ({ title, hint, digits, least, reference }) =>
      new LineChart({
        title,
        hint,
        lines: LINES,
        format: (value) => decimals(value, digits),
        least,
        reference,
      }),
  );

  constructor() {
    find('.charts', this.#panel).append(...this.#charts.map(({ node }) => node));
  }

  show({ at, learner }) {
    const newest = learner?.newest;
    write(
      find('.explanation', this.#panel),
      newest
        ? `Of the newest ${short(newest.samples)} samples, ${short(newest.clicks)} of them clicked. Each was predicted before it was learnt.`
        : 'The learner has told nothing yet.',
    );
    METRICS.forEach(({ metric }, i) => {
      const values = Object.fromEntries(LINES.map(({ name }) => [name, newest?.predictors[name]?.[metric]]));
      this.#charts[i].push(at, values);
      this.#charts[i].lead = comparison(metric, values);
    });
  }
}

/** How far the blend is from the baseline. */
function comparison(metric, { blend, itemCtr }) {
  if (typeof blend !== 'number' || typeof itemCtr !== 'number' || itemCtr === 0 || metric === 'calibration')
    return '';
  return `${signed(blend / itemCtr - 1, percent)} to baseline`;
}
