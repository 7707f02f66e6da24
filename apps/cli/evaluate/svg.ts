/**
 * Curves as one SVG file: a panel a curve, with axes, round ticks and a legend. No script and no font of its own; text and
 * grid follow the viewer's light or dark scheme, the background stays transparent.
 */
import type { Curve, CurveSeries } from './dataset.js';
import { extent, formatTick, ticks, tight, type Extent } from './svg-scale.js';

const WIDTH = 760;
const PLOT = { left: 64, top: 40, width: 500, height: 240 };
const PANEL_HEIGHT = PLOT.top + PLOT.height + 56;
const LEGEND_X = PLOT.left + PLOT.width + 20;
const LEGEND_LINE = 18;
/** Okabe and Ito's palette without black: told apart by colour-blind readers, on light and on dark. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00', '#999933', '#882255'];
/** Beyond the palette, lines differ by their dashes. */
const DASHES = ['', '6 3', '2 3'];
const TICKS = 5;

const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #333 }
  .title { font-size: 14px; font-weight: 600 }
  .tick { font-size: 11px; fill: #666 }
  .grid { stroke: #8884; stroke-width: 1 }
  .axis { stroke: #888; stroke-width: 1 }
  .line { fill: none; stroke-linejoin: round }
  @media (prefers-color-scheme: dark) { text { fill: #ddd } .tick { fill: #aaa } }
`;

export function renderCurves(curves: readonly Curve[]): string {
  const heights = curves.map((curve) =>
    Math.max(PANEL_HEIGHT, PLOT.top + curve.series.length * LEGEND_LINE + 20),
  );
  const tops = heights.map((_, i) => heights.slice(0, i).reduce((sum, h) => sum + h, 0));
  const total = heights.reduce((sum, h) => sum + h, 0);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${total}" width="${WIDTH}" height="${total}" role="img">`,
    `<style>${STYLE}</style>`,
    ...curves.map((curve, i) => `<g transform="translate(0 ${tops[i]})">\n${panel(curve)}\n</g>`),
    '</svg>\n',
  ].join('\n');
}

function panel(curve: Curve): string {
  const drawn = curve.series.map(finite).filter(({ points }) => points.length > 0);
  const series = [...drawn.filter((s) => s.strong), ...drawn.filter((s) => !s.strong)];
  const points = series.flatMap((s) => s.points);
  const x = tight(
    points.map((p) => p[0]),
    TICKS,
  );
  const y = extent(
    points.map((p) => p[1]),
    TICKS,
  );
  const place = {
    x: (value: number): number => PLOT.left + ((value - x.low) / (x.high - x.low)) * PLOT.width,
    y: (value: number): number => PLOT.top + PLOT.height - ((value - y.low) / (y.high - y.low)) * PLOT.height,
  };
  const middle = PLOT.left + PLOT.width / 2;
  return [
    text(PLOT.left, 24, curve.title, 'title'),
    ...axisX(x, place.x),
    ...axisY(y, place.y),
    text(middle, PLOT.top + PLOT.height + 40, curve.xLabel, '', 'middle'),
    `<text transform="translate(16 ${PLOT.top + PLOT.height / 2}) rotate(-90)" text-anchor="middle">${escape(curve.yLabel)}</text>`,
    ...series.map((s, i) => line(s, i, place)),
    ...series.map((s, i) => legend(s, i)),
  ].join('\n');
}

function axisX(range: Extent, place: (value: number) => number): string[] {
  const bottom = PLOT.top + PLOT.height;
  return [
    `<line class="axis" x1="${PLOT.left}" x2="${PLOT.left + PLOT.width}" y1="${bottom}" y2="${bottom}"/>`,
    ...ticks(range).map((value) =>
      text(place(value), bottom + 18, formatTick(value, range), 'tick', 'middle'),
    ),
  ];
}

function axisY(range: Extent, place: (value: number) => number): string[] {
  return ticks(range).flatMap((value) => [
    `<line class="grid" x1="${PLOT.left}" x2="${PLOT.left + PLOT.width}" y1="${fixed(place(value))}" y2="${fixed(place(value))}"/>`,
    text(PLOT.left - 8, place(value) + 4, formatTick(value, range), 'tick', 'end'),
  ]);
}

function line({ points, strong }: CurveSeries, index: number, place: Placing): string {
  const path = points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${fixed(place.x(x))} ${fixed(place.y(y))}`);
  return `<path class="line" ${stroke(index, strong)} d="${path.join('')}"/>`;
}

function legend({ name, strong }: CurveSeries, index: number): string {
  const y = PLOT.top + 8 + index * LEGEND_LINE;
  return `<line class="line" ${stroke(index, strong)} x1="${LEGEND_X}" x2="${LEGEND_X + 22}" y1="${y}" y2="${y}"/>${text(LEGEND_X + 28, y + 4, name)}`;
}

interface Placing {
  x(value: number): number;
  y(value: number): number;
}

function stroke(index: number, strong = false): string {
  const dash = DASHES[Math.floor(index / COLOURS.length) % DASHES.length]!;
  return `stroke="${COLOURS[index % COLOURS.length]}" stroke-width="${strong ? 3 : 1.5}"${dash ? ` stroke-dasharray="${dash}"` : ''}`;
}

function text(x: number, y: number, content: string, style = '', anchor = 'start'): string {
  return `<text x="${fixed(x)}" y="${fixed(y)}"${style ? ` class="${style}"` : ''} text-anchor="${anchor}">${escape(content)}</text>`;
}

function finite({ points, ...series }: CurveSeries): CurveSeries {
  return { ...series, points: points.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y)) };
}

function fixed(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escape(content: string): string {
  return content.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}
