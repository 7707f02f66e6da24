import { loadSettings } from '#config';
import { modelSettingsOf, OnlineModel } from '#learning';
import { rankingSettingsOf, type RankingSettings } from '#ranking';
import { RuleSet } from '#rules';
import { sameChoice } from './other-policy.js';

const settings = loadSettings({ REKAPPA_MODEL_BITS: '10' });
const model = new OnlineModel(modelSettingsOf(settings));
const rules = RuleSet.compile([]);
const bySegment = { collector: { diversity: 2 } };
const ranking = { ...rankingSettingsOf(settings), bySegment };
const policy = (asked: Partial<RankingSettings>) => ({ settings: ranking, asked, rules, model });

describe('Another policy chooses as the one that ran', () => {
  const choice = (asked: Partial<RankingSettings>, arm: Partial<RankingSettings>, segment: string) =>
    sameChoice(policy({}), policy(asked), arm, segment);

  it('unless it says otherwise than the deployment, the segment or the arm', () => {
    expect(choice({ diversity: 0 }, {}, 'normal')).toBe(true);
    expect(choice({ diversity: 0 }, {}, 'collector')).toBe(false);
    expect(choice({ diversity: 0 }, { diversity: 0 }, 'collector')).toBe(true);
    expect(choice({ diversity: 0 }, { diversity: 1 }, 'normal')).toBe(false);
  });

  it('whatever a parameter says that its policy does not look at', () => {
    expect(choice({ thompsonSpread: 3 }, {}, 'normal')).toBe(true);
  });
});
