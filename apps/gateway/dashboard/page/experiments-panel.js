/** Running experiments: arms, and what they differ from the first by, with an interval that holds however often one looks. */
import { element, find, svg } from './elements.js';
import { percent, plural, signed, whole } from './format.js';
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

function reportOf({ experiment, since, arms }) {
  const reach = Math.max(
    1e-9,
    ...arms.flatMap(({ comparison }) =>
      comparison ? [Math.abs(comparison.low), Math.abs(comparison.high)] : [],
    ),
  );
  const started = new Date(since).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
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
            ...['arm', 'shown', 'click rate', 'difference, 95 % at any time'].map((name) =>
              element('th', { scope: 'col' }, name),
            ),
          ),
        ),
        element('tbody', {}, ...arms.map((arm, i) => rowOf(arm, i, reach))),
      ),
    ),
  );
}

function rowOf({ arm, impressions, clicks, ctr, comparison }, place, reach) {
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, arm),
    element('td', { title: plural(clicks, 'click') }, whole(impressions)),
    element('td', {}, percent(ctr, 2)),
    element(
      'td',
      { class: 'interval' },
      ...(comparison ? intervalOf(comparison, reach) : [place === 0 ? 'compared with' : 'too early']),
    ),
  );
}

function intervalOf({ low, high, difference, lift, pValue }, reach) {
  const x = (value) => ((value / reach + 1) / 2) * WIDTH;
  const clear = low > 0 ? 'better' : high < 0 ? 'worse' : 'open';
  const points = (value) => `${(value * 100).toFixed(2)}`;
  return [
    svg(
      'svg',
      {
        viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
        class: clear,
        role: 'img',
        'aria-label': `from ${signed(low, points)} to ${signed(high, points)} percentage points`,
      },
      svg('line', { class: 'zero', x1: WIDTH / 2, x2: WIDTH / 2, y1: 0, y2: HEIGHT }),
      svg('rect', { x: x(low), width: Math.max(1, x(high) - x(low)), y: HEIGHT / 2 - 3, height: 6, rx: 3 }),
      svg('circle', { cx: x(difference), cy: HEIGHT / 2, r: 4 }),
    ),
    element('span', {}, `${signed(lift, percent)}, p ${pValue < 0.0001 ? '< .0001' : pValue.toFixed(4)}`),
  ];
}
