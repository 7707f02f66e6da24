import { Catalogue } from '#catalogue';
import { loadSettings } from '#config';
import { createUser } from '#interest';
import { asEventId, asUserId, ManualClock } from '#kernel';
import { ModelReplica, modelSettingsOf, OnlineModel } from '#learning';
import { rankingSettingsOf } from '#ranking';
import { RecallIndex } from '#recall';
import { Recommender, type RecommenderPorts } from './recommender.js';
import type { RecommendRequest } from './requests.js';

const settings = loadSettings({}, { model: { bits: 10 } });

const NOW = 1_700_000_000_000;

function recommender(
  replica: ModelReplica,
  { serving = {}, experiments = [] }: { serving?: object; experiments?: object[] } = {},
): Recommender {
  const catalogue = new Catalogue();
  for (let i = 0; i < 20; i++)
    catalogue.apply(
      {
        kind: 'upsert',
        version: 1,
        eventId: asEventId(`e${i}`),
        timestamp: NOW,
        mode: 'replace',
        itemId: `item ${i}`,
        fields: {},
      },
      { sequence: i + 1, index: 0 },
      NOW,
    );
  const configured = loadSettings(
    { REKAPPA_EXPERIMENTS: JSON.stringify(experiments) },
    { model: { bits: 10 }, serving },
  );
  return new Recommender({
    catalogue,
    catalogueSequence: () => 20,
    index: new RecallIndex(catalogue),
    follower: { replica },
    settings: rankingSettingsOf(configured),
    experiments: configured.experiments,
    clock: new ManualClock(NOW),
    served: () => undefined,
    watch: () => ({}),
    ruleFailed: () => undefined,
  } as unknown as RecommenderPorts);
}

describe('What is trending', () => {
  const replica = ModelReplica.of(new OnlineModel(modelSettingsOf(settings)));

  it.each([
    [undefined, replica.bestWindowSeconds],
    [1, 60],
    [60, 60],
    [100, 600],
    [30 * 86_400, 604_800],
  ])('asked with a half-life of %p s says which one ranked it: %p s', (asked, answered) => {
    const answer = recommender(replica).answer({ op: 'trending', n: 10, windowSeconds: asked });
    expect(answer).toMatchObject({ windowSeconds: answered });
  });
});

describe('A segment with settings of its own', () => {
  const replica = ModelReplica.of(new OnlineModel(modelSettingsOf(settings)));
  const serving = { policy: 'greedy', bySegment: { collector: { policy: 'random' } } };
  const policyFor = (host: Recommender, segment: string): string => {
    const user = createUser(asUserId('ann'));
    user.setSegment(segment);
    const request = {
      op: 'recommend',
      user: 'ann',
      n: 3,
      exclude: [],
      rules: [],
    } as unknown as RecommendRequest;
    return host.recommend(user, request, { epoch: 1, position: 1 }).policy;
  };

  it('is served with them, all others with the deployment’s', () => {
    const host = recommender(replica, { serving });
    expect(['collector', 'normal', 'constructor'].map((segment) => policyFor(host, segment))).toEqual([
      'random',
      'greedy',
      'greedy',
    ]);
  });

  it('is served with an arm’s where both say something', () => {
    const arms = ['a', 'b'].map((name) => ({ name, settings: { policy: 'thompson' } }));
    const experiments = [{ name: 'exploration', since: '2020-01-01T00:00:00Z', arms }];
    expect(policyFor(recommender(replica, { serving, experiments }), 'collector')).toMatch(/^thompson/);
  });

  it('cannot ask for a channel that there is not, nor can an arm', () => {
    const settings = { recallShares: { telepathy: 0.5 } };
    const arms = ['a', 'b'].map((name) => ({ name, settings }));
    for (const wrong of [
      { serving: { bySegment: { collector: settings } } },
      { experiments: [{ name: 'odd', since: '2020-01-01T00:00:00Z', arms }] },
    ])
      expect(() => recommender(replica, wrong)).toThrow(/telepathy/);
  });
});
