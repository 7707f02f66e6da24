import { EXTRA_FEATURES, FEATURE_GROUPS } from '#features';
import { loadSettings } from '#config';
import { SHARED_CHANNELS } from '#recall';
import { overridesAsEnvironment } from '../setting-overrides.js';
import { ablationTable, partsOf, PARTS } from './ablation.js';
import type { EvaluationReport } from './dataset.js';

const REPORT: EvaluationReport = {
  dataset: 'some',
  input: {},
  tables: [],
  comparisons: [],
  curves: [],
  headlines: [
    { metric: 'AUC', value: 0.75 },
    { metric: 'log loss', value: 0.5, less: true },
  ],
};

describe('Parts that can be left out', () => {
  it('are all, or those named by their beginning or by what they leave out', () => {
    expect(partsOf(['features'], [])).toHaveLength(FEATURE_GROUPS.length + EXTRA_FEATURES.length);
    expect(partsOf(['features', 'debiasing'], ['debiasing', 'age']).map(({ name }) => name)).toEqual([
      ...PARTS.debiasing.map(({ name }) => name),
      'features: age',
    ]);
    expect(() => partsOf(['features'], ['ages'])).toThrow('there is no part "ages"');
    expect(() => partsOf([], [])).toThrow('nothing to leave out');
  });

  it('are channels of recall, too: each alone is given no share, or one if it has none', () => {
    const [trending] = partsOf(['next items', 'channels'], ['channels: trending']);
    const { serving } = loadSettings(overridesAsEnvironment(trending!.set));
    expect(serving.recallShares).toEqual({ trending: 0 });
    expect(PARTS.channels).toHaveLength(SHARED_CHANNELS.length);
    const off = PARTS.channels.filter(({ extra }) => extra);
    expect(off.map(({ name }) => name)).toEqual(['channels: trending-category']);
    expect(loadSettings(overridesAsEnvironment(off[0]!.set)).serving.recallShares).toEqual({
      'trending-category': 0.1,
    });
  });

  it('are settings that exist', () => {
    for (const { set } of Object.values(PARTS).flat())
      expect(() => loadSettings(overridesAsEnvironment(set))).not.toThrow();
  });
});

describe('The table of what each part adds', () => {
  it('has more for better, whether a figure is to be large or small', () => {
    const part = PARTS.features[0]!;
    const worse = [
      { metric: 'AUC', value: 0.74 },
      { metric: 'log loss', value: 0.52, less: true },
    ];
    expect(ablationTable(REPORT, [{ part, headlines: worse }]).rows).toEqual([
      ['the whole', '0.7500', '0.5000'],
      [part.name, '+0.0100', '+0.0200'],
    ]);
    const [off] = partsOf(['features'], ['segment-items']);
    expect(ablationTable(REPORT, [{ part: off!, headlines: worse }]).rows[1]).toEqual([
      'features: segment-items, off',
      '−0.0100',
      '−0.0200',
    ]);
    expect(() => ablationTable({ ...REPORT, headlines: [] }, [])).toThrow('no figure');
  });
});
