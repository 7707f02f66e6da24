/**
 * Lines over the time since the page was opened. A chart keeps some hundred points: when it is full, every second one goes, so that the
 * beginning stays in sight. Pointing at a time shows its values.
 */
import { element, svg, write } from './elements.js';
import { duration } from './format.js';

const POINTS_MAX = 600;
/** Of the drawing, in units of its own; it is stretched to its place. */
const WIDTH = 300;
const HEIGHT = 100;

export class LineChart {
  #points = [];
  #paths = new Map();
  #pointed;
  #options;
  #parts;

  /**
   * @param options.title of the chart; @param options.hint which way is better
   * @param options.lines `{name, title}` each; the class of a line is its name
   * @param options.format of a value; @param options.least span of the axis, at least
   * @param options.reference a value to draw a line at
   */
  constructor(options) {
    this.#options = options;
    const { title, hint, lines } = options;
    for (const { name } of lines) this.#paths.set(name, svg('path', { class: `line ${name}` }));
    const cursor = svg('line', { class: 'cursor', x1: -WIDTH, x2: -WIDTH, y1: 0, y2: HEIGHT });
    const reference = svg('line', { class: 'reference', x1: 0, x2: WIDTH, y1: -HEIGHT, y2: -HEIGHT });
    const drawing = svg(
      'svg',
      { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img' },
      reference,
      ...[...this.#paths.values()].reverse(),
      cursor,
    );
    const [top, bottom, lead, since] = ['top', 'bottom', 'lead', 'since'].map((name) =>
      element('span', { class: name }),
    );
    const values = element('dl', { class: 'values' });
    const cells = lines.map(({ name, title: line }) => {
      const cell = element('dd');
      values.append(element('div', { class: name }, element('dt', {}, line), cell));
      return cell;
    });
    this.#parts = { drawing, cursor, reference, top, bottom, lead, since, cells };
    this.node = element(
      'figure',
      { class: 'chart' },
      element(
        'figcaption',
        {},
        element('span', { class: 'title' }, title),
        hint && element('span', { class: 'hint' }, hint),
        lead,
      ),
      element('div', { class: 'plot' }, drawing, top, bottom, since),
      values,
    );
    drawing.addEventListener('pointermove', (event) => this.#point(event));
    drawing.addEventListener('pointerleave', () => this.#point(undefined));
  }

  /** @param at ms. @param values by line; null or undefined is a gap */
  push(at, values) {
    this.#points.push({ at, values });
    if (this.#points.length > POINTS_MAX) this.#points = this.#points.filter((_, i) => i % 2 === 0);
    this.#draw();
  }

  /** What the chart says in one glance, beside its title. */
  set lead(text) {
    write(this.#parts.lead, text);
  }

  #draw() {
    const { lines, least = 0, reference, format } = this.#options;
    const { drawing, top, bottom, since } = this.#parts;
    const points = this.#points;
    const { low, high } = rangeOf(points, lines, least, reference);
    const from = points[0].at;
    const until = points.at(-1).at;
    const x = (at) => (until === from ? WIDTH : ((at - from) / (until - from)) * WIDTH);
    const y = (value) => HEIGHT - ((value - low) / (high - low)) * HEIGHT;
    for (const { name } of lines) this.#paths.get(name).setAttribute('d', pathOf(points, name, x, y));
    if (reference !== undefined) place(this.#parts.reference, 'y', y(reference));
    write(top, format(high));
    write(bottom, format(low));
    const shown = this.#pointed === undefined ? points.at(-1) : nearest(points, this.#pointed, from, until);
    place(this.#parts.cursor, 'x', this.#pointed === undefined ? -WIDTH : x(shown.at));
    write(
      since,
      shown === points.at(-1) ? `last ${duration(until - from)}` : `${duration(until - shown.at)} ago`,
    );
    lines.forEach(({ name }, i) => write(this.#parts.cells[i], textOf(shown.values[name], format)));
    const latest = lines.map(({ name, title }) => `${title} ${textOf(points.at(-1).values[name], format)}`);
    drawing.setAttribute('aria-label', `${this.#options.title}: ${latest.join(', ')}`);
  }

  #point(event) {
    const { drawing } = this.#parts;
    this.#pointed = event && event.offsetX / Math.max(1, drawing.clientWidth);
    if (this.#points.length > 0) this.#draw();
  }
}

const textOf = (value, format) => (value === undefined || value === null ? '–' : format(value));

function rangeOf(points, lines, least, reference) {
  let low = reference ?? Infinity;
  let high = reference ?? -Infinity;
  for (const { values } of points)
    for (const { name } of lines) {
      const value = values[name];
      if (value === undefined || value === null) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  if (low > high) return { low: 0, high: least || 1 };
  const margin = Math.max((high - low) * 0.08, (least - (high - low)) / 2, 1e-9);
  // What cannot be negative is not drawn as if it could.
  return { low: low >= 0 ? Math.max(0, low - margin) : low - margin, high: high + margin };
}

function pathOf(points, name, x, y) {
  let path = '';
  let pen = 'M';
  for (const { at, values } of points) {
    const value = values[name];
    if (value === undefined || value === null) pen = 'M';
    else {
      path += `${pen}${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
      pen = 'L';
    }
  }
  return path;
}

function nearest(points, share, from, until) {
  const wanted = from + share * (until - from);
  return points.reduce((best, point) =>
    Math.abs(point.at - wanted) < Math.abs(best.at - wanted) ? point : best,
  );
}

function place(line, axis, value) {
  line.setAttribute(`${axis}1`, value.toFixed(1));
  line.setAttribute(`${axis}2`, value.toFixed(1));
}
