import { Catalogue } from '#catalogue';
import { loadSettings } from '#config';
import { ManualClock } from '#kernel';
import { ModelReplica, modelSettingsOf, OnlineModel } from '#learning';
import { rankingSettingsOf } from '#ranking';
import { RecallIndex } from '#recall';
import { Recommender, type RecommenderPorts } from './recommender.js';

const settings = loadSettings({}, { model: { bits: 10 } });

function recommender(replica: ModelReplica): Recommender {
  const catalogue = new Catalogue();
  return new Recommender({
    catalogue,
    index: new RecallIndex(catalogue),
    follower: { replica },
    settings: rankingSettingsOf(settings),
    experiments: [],
    clock: new ManualClock(1_700_000_000_000),
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
    expect(answer).toMatchObject({ windowSeconds: answered, items: [] });
  });
});
