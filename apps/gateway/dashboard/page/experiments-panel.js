/** Running experiments: arms goal by goal, and what they differ from the first by, with an interval that holds however often one looks. */
import { element, find, svg } from './elements.js';
import { percent, signed, whole } from './format.js';
import { gateway } from './gateway.js';

const REFRESH_MS = 10_000;
/** Of the drawing of an interval. */
const WIDTH = 120;
const HEIGHT = 20;

export class ExperimentsPanel {
  #reports = find('#experiments .reports');
  #askedAt = -Infinity;

  /** Asks now and then; a learner that is away is asked again later. */
  async refresh() {
    const now = performance.now();
    if (now - this.#askedAt < REFRESH_MS) return;
    this.#askedAt = now;
    try {
      const { experiments } = await gateway.ask('v1/experiments');
      this.#show(experiments);
    } catch (refusal) {
      this.#reports.replaceChildren(element('p', { class: 'muted' }, refusal.message));
    }
  }

  #show(experiments) {
    this.#reports.replaceChildren(
      ...(experiments.length > 0
        ? experiments.map(reportOf)
        : [
            element(
              'p',
              { class: 'muted' },
              'None runs. The setting ',
              element('code', {}, 'REKAPPA_EXPERIMENTS'),
              ' starts one: docs/experiments.md.',
            ),
          ]),
    );
  }
}

/** How a goal's rate is called and shown, and the points in which its differences are read out. */
const GOALS = [
  {
    title: 'clicks',
    of: ({ clicks, ctr, interval, comparison }) => ({ count: clicks, rate: ctr, interval, comparison }),
    show: (rate) => percent(rate, 2),
    points: (value) => `${(value * 100).toFixed(2)} percentage points`,
  },
  ...['like', 'conversion'].map((goal) => ({
    title: `${goal}s`,
    of: ({ goals }) => goals?.[goal],
    show: (rate) => percent(rate, 2),
    points: (value) => `${(value * 100).toFixed(2)} percentage points`,
  })),
  {
    title: 'dwell',
    of: ({ goals }) => goals?.dwell,
    show: (rate) => `${rate.toFixed(2)} s`,
    points: (value) => `${value.toFixed(2)} seconds`,
  },
];

function reportOf({ experiment, since, arms }) {
  const started = new Date(since).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
  const reached = GOALS.filter(({ of }, i) => i === 0 || arms.some((arm) => of(arm)?.count > 0));
  return element(
    'div',
    { class: 'report' },
    element('h3', {}, experiment, element('span', { class: 'muted' }, ` since ${started}`)),
    element(
      'div',
      { class: 'scroll' },
      element(
        'table',
        {},
        element(
          'thead',
          {},
          element(
            'tr',
            {},
            ...['arm', 'shown', 'per item shown', 'difference, 95 % at any time'].map((name) =>
              element('th', { scope: 'col' }, name),
            ),
          ),
        ),
        ...reached.map((goal) => bodyOf(goal, arms)),
      ),
    ),
  );
}

/** The arms by one goal. */
function bodyOf(goal, arms) {
  const results = arms.map((arm) => goal.of(arm));
  const reach = Math.max(
    1e-9,
    ...results.flatMap(({ comparison }) =>
      comparison ? [Math.abs(comparison.low), Math.abs(comparison.high)] : [],
    ),
  );
  return element(
    'tbody',
    {},
    element('tr', { class: 'goal' }, element('th', { scope: 'rowgroup', colspan: 4 }, goal.title)),
    ...arms.map((arm, i) => rowOf(goal, arm, results[i], i, reach)),
  );
}

function rowOf({ show, points }, { arm, impressions }, { count, rate, interval, comparison }, place, reach) {
  const range = interval ? `${show(interval.low)} to ${show(interval.high)}, 95 % at any time` : 'too early';
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, arm),
    element('td', { title: `${whole(count)} known` }, whole(impressions)),
    element('td', { title: range }, show(rate)),
    element(
      'td',
      { class: 'interval' },
      ...(comparison ? intervalOf(comparison, reach, points) : [place === 0 ? 'compared with' : 'too early']),
    ),
  );
}

function intervalOf({ low, high, difference, lift, pValue }, reach, points) {
  const x = (value) => ((value / reach + 1) / 2) * WIDTH;
  const clear = low > 0 ? 'better' : high < 0 ? 'worse' : 'open';
  return [
    svg(
      'svg',
      {
        viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
        class: clear,
        role: 'img',
        'aria-label': `from ${signed(low, points)} to ${signed(high, points)}`,
      },
      svg('line', { class: 'zero', x1: WIDTH / 2, x2: WIDTH / 2, y1: 0, y2: HEIGHT }),
      svg('rect', { x: x(low), width: Math.max(1, x(high) - x(low)), y: HEIGHT / 2 - 3, height: 6, rx: 3 }),
      svg('circle', { cx: x(difference), cy: HEIGHT / 2, r: 4 }),
    ),
    element('span', {}, `${signed(lift, percent)}, p ${pValue < 0.0001 ? '< .0001' : pValue.toFixed(4)}`),
  ];
}
