/** Lists: how many, how fast, how many of them substitutes, and by which channels their items were found. */
import { bar, element, find } from './elements.js';
import { milliseconds, percent, plural, rate, short } from './format.js';
import { LineChart } from './line-chart.js';
import { sum, Totals } from './totals.js';

const RATE_MS = 5_000;
const SHARE_MS = 60_000;

export class ServingPanel {
  #panel = find('#serving');
  #lists = new Totals();
  #items = new Totals();
  #rate = new LineChart({
    title: 'Recommendations a second',
    lines: [{ name: 'lists', title: 'by this gateway' }],
    format: rate,
    least: 1,
  });
  #latency = new LineChart({
    title: 'Time to the answer',
    hint: 'of the last minute',
    lines: [
      { name: 'p50', title: 'p50' },
      { name: 'p99', title: 'p99' },
    ],
    format: milliseconds,
    least: 2,
  });

  constructor() {
    find('.charts', this.#panel).append(this.#rate.node, this.#latency.node);
  }

  show({ at, gateway, hosts }) {
    const { startedAt, recommendations, latency } = gateway;
    this.#lists.note(startedAt, at, recommendations);
    for (const host of hosts) this.#items.note(host.hostId, at, host.listedItems);
    const grown = this.#lists.grown(RATE_MS)?.perSecond;
    this.#rate.push(at, { lists: grown && sum(grown) });
    this.#latency.push(at, { p50: latency.p50Ms, p99: latency.p99Ms });
    this.#degraded(lately(this.#lists) ?? { values: recommendations, when: 'since its start' });
    this.#channels(lately(this.#items) ?? { values: summed(hosts), when: 'since the hosts’ start' });
  }

  #degraded({ values, when }) {
    const all = sum(values);
    const { live = 0, ...substitutes } = values;
    const others = Object.entries(substitutes).filter(([, lists]) => lists > 0);
    const node = find('.degraded', this.#panel);
    node.classList.toggle('warn', others.length > 0);
    node.replaceChildren(
      element('strong', {}, all === 0 ? '–' : percent((all - live) / all)),
      ` degraded, of ${plural(all, 'list')} ${when}`,
      others.length > 0
        ? ` (${others.map(([source, lists]) => `${source} ${short(lists)}`).join(', ')})`
        : '',
    );
  }

  #channels({ values, when }) {
    const all = sum(values);
    const rows = Object.entries(values)
      .filter(([, items]) => items > 0)
      .sort((a, b) => b[1] - a[1]);
    find('.channels', this.#panel).replaceChildren(
      ...(rows.length === 0
        ? [element('li', { class: 'muted' }, 'no lists yet')]
        : rows.map(([channel, items]) =>
            element(
              'li',
              { title: `${plural(items, 'item')} ${when}` },
              element('span', { class: 'name' }, channel),
              bar(items / all),
              element('span', { class: 'value' }, percent(items / all)),
            ),
          )),
    );
  }
}

/** What the last minute added, if that was anything. */
function lately(totals) {
  const added = totals.grown(SHARE_MS)?.added;
  return added && sum(added) > 0 ? { values: added, when: 'of the last minute' } : undefined;
}

function summed(hosts) {
  const values = {};
  for (const { listedItems } of hosts)
    for (const [channel, items] of Object.entries(listedItems))
      values[channel] = (values[channel] ?? 0) + items;
  return values;
}
