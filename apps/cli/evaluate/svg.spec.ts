import { extent, formatTick, ticks, tight } from './svg-scale.js';
import { renderCurves } from './svg.js';

const labels = (values: readonly number[]): string[] => {
  const range = extent(values, 5);
  return ticks(range).map((value) => formatTick(value, range));
};

describe('axes', () => {
  it('end and tick at round numbers', () => {
    expect(labels([0.31, 0.62])).toEqual(['0.3', '0.4', '0.5', '0.6', '0.7']);
    expect(labels([0, 187_000])).toEqual(['0', '50k', '100k', '150k', '200k']);
    expect(labels([-3, 4])).toEqual(['-4', '-2', '0', '2', '4']);
  });

  it('end where the values end, when asked to', () => {
    const range = tight([0, 187], 5);
    expect([range.high, ticks(range)]).toEqual([187, [0, 50, 100, 150]]);
  });

  it('exist for one value, and for none', () => {
    for (const values of [[], [0], [7], [-7]])
      for (const range of [extent(values, 5), tight(values, 5)])
        expect(range.high).toBeGreaterThan(range.low);
  });
});

describe('curves as SVG', () => {
  const curve = {
    title: 'A < B & "C"',
    xLabel: 'x',
    yLabel: 'y',
    series: [
      { name: 'one', points: [[0, 1] as const, [1, 2] as const] },
      { name: 'gaps', points: [[0, NaN] as const, [0.5, 1.5] as const, [1, Infinity] as const] },
      { name: 'empty', points: [] },
    ],
  };

  it('escape what is written in them, and draw no value that is none', () => {
    const svg = renderCurves([curve]);
    expect(svg).toContain('A &#60; B &#38; &#34;C&#34;');
    expect(svg).not.toMatch(/NaN|Infinity/);
    expect(svg).toContain('>gaps<');
    expect(svg).not.toContain('>empty<');
  });

  it('stand below each other, and tell more series apart than there are colours', () => {
    const many = Array.from({ length: 20 }, (_, i) => ({ ...curve.series[0]!, name: `m${i}` }));
    const svg = renderCurves([curve, { ...curve, series: many }]);
    expect(svg.match(/<g /g)).toHaveLength(2);
    const strokes = [...svg.matchAll(/<path class="line" ([^>]*) d=/g)].slice(2).map((match) => match[1]);
    expect(new Set(strokes).size).toBe(20);
  });
});
