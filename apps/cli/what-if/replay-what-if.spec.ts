/** Promises of the replay: each list is ranked again from its own moment, and an event whose fold throws stops nothing. */
import { loadSettings } from '#config';
import { encodeFrame, type Interaction, type LogEvent, type Served } from '#events';
import { LogFold, type Reward } from '#evaluation';
import { createUser, foldSettingsOf, PartitionFold, SettingsHistory } from '#interest';
import { asEventId, asItemId, asUserId, fnv1a32, SeededRandom } from '#kernel';
import { modelSettingsOf, OnlineModel, ModelReplica } from '#learning';
import { memoryTopology } from '#log';
import { rankingSettingsOf, recommend } from '#ranking';
import { RecallIndex } from '#recall';
import { Progress } from '../terminal/progress.js';
import { replayWhatIf } from './replay-what-if.js';

const START = 1_700_000_000_000;
const settings = loadSettings({ REKAPPA_SERVING_EXPLORE: '0.3', REKAPPA_MODEL_BITS: '10' });
const ada = { userId: asUserId('ada'), version: 1 as const };
const items = Array.from({ length: 40 }, (_, i) => `item ${i}`);

const upserts = items.map((id, i): LogEvent => ({
  kind: 'upsert',
  version: 1,
  eventId: asEventId(`up ${i}`),
  itemId: asItemId(id),
  timestamp: START,
  mode: 'replace',
  fields: { categories: [`category ${i % 4}`] },
}));
const click = (minute: number, item: number, recommendationId?: string): LogEvent => ({
  kind: 'interaction',
  ...ada,
  eventId: asEventId(`click ${minute} ${item}`),
  timestamp: START + minute * 60_000,
  type: 'click',
  itemId: asItemId(items[item]!),
  ...(recommendationId !== undefined && { recommendationId: asEventId(recommendationId) }),
});
const shown = ({ recommendationId, timestamp, items: list }: Served): LogEvent => ({
  kind: 'impression',
  ...ada,
  eventId: asEventId(`${recommendationId} shown`),
  timestamp,
  recommendationId,
  items: list.map(({ itemId, position }) => ({ itemId, position })),
});

/** A list as a host ranks it that has folded `known`. */
function ranked(known: readonly LogEvent[], id: string, minute: number): Served {
  const fold = new LogFold(1, new SettingsHistory(foldSettingsOf(settings)), () => undefined);
  const index = new RecallIndex(fold.catalogue);
  fold.foldItems(
    1,
    START,
    upserts.map((event, at) => ({ index: at, event })),
  );
  known.forEach((event, i) => fold.foldUsers(0, i + 2, START, [{ index: 0, event }]));
  const model = new OnlineModel(modelSettingsOf(settings));
  const now = START + minute * 60_000;
  const { policy, items: list } = recommend({
    user: fold.partitions[0]!.peek('ada') ?? createUser(ada.userId),
    request: { n: 5, scenario: 'default' },
    catalogue: fold.catalogue,
    index,
    replica: ModelReplica.of(model),
    settings: rankingSettingsOf(settings),
    random: new SeededRandom(fnv1a32(id)),
    now,
  });
  return {
    kind: 'served',
    ...ada,
    eventId: asEventId(id),
    timestamp: now,
    epoch: 0,
    recommendationId: asEventId(id),
    scenario: 'default',
    policy,
    modelVersion: model.version,
    modelSequence: 0,
    stateSequence: known.length + 1,
    catalogueSequence: known.length + 1,
    request: { n: 5 },
    items: list.map(({ itemId, position, score, channel, propensity }) => ({
      itemId: asItemId(itemId),
      position,
      score,
      channel,
      propensity,
    })),
  };
}

async function whatIf(events: readonly LogEvent[], reward?: Reward) {
  const topology = memoryTopology(1);
  await topology.log.append('log.item', encodeFrame(upserts));
  for (const event of events) await topology.log.append('log.user.0', encodeFrame([event]));
  return replayWhatIf(topology, {
    partitions: 1,
    settings,
    other: { settings, asked: [], ownModel: false },
    window: { assumption: 'item-position', ...(reward && { reward }) },
    progress: new Progress({ label: 'whatif', total: 0, unit: 'events' }),
    signal: new AbortController().signal,
  });
}

describe('a replay for another policy', () => {
  const early = [click(1, 0), click(2, 4), click(3, 8)];
  const later = [click(4, 1), click(5, 5), click(6, 9), click(7, 13)];
  const lists = Array.from({ length: 8 }, (_, i) => ranked(early, `list ${i}`, 8));

  it('ranks a list from the state its host had, not from that of its place in the log', async () => {
    const { reproduced, leftOut } = await whatIf([...early, ...later, ...lists]);
    expect([reproduced, leftOut]).toEqual([1, {}]);
  });

  it('names the reason where the log does not say which state that was', async () => {
    const unnamed = lists.map(({ stateSequence: _, catalogueSequence: __, ...list }): Served => list);
    const { reproduced, leftOut } = await whatIf([...early, ...later, ...unnamed]);
    expect(reproduced).toBeLessThan(1);
    expect(leftOut).toEqual({ 'unknown-moment': Math.round(8 * (1 - reproduced!)) });
  });

  it('counts as likes and conversions what the deployment calls so', async () => {
    const list = lists[0]!;
    const place = (i: number): number => items.indexOf(list.items[i]!.itemId);
    const did = (type: string, minute: number, i: number): LogEvent => ({
      ...(click(minute, place(i), list.recommendationId) as Interaction),
      type,
    });
    const events = [...early, list, shown(list), did('share', 9, 0), did('cart', 10, 1), did('click', 11, 2)];
    const counted = async (reward?: Reward) => {
      const { reward: by, outcomes, behaviourOfAll } = await whatIf(events, reward);
      return [by, outcomes, behaviourOfAll];
    };
    expect(await counted()).toEqual(['click', 3, 3 / 5]);
    expect(await counted('like')).toEqual(['like', 1, 1 / 5]);
    expect(await counted('conversion')).toEqual(['conversion', 1, 1 / 5]);
    expect(await counted('dwell')).toEqual(['dwell', 0, 0]);
  });

  describe('with a fold that throws', () => {
    const original = PartitionFold.prototype.fold;
    afterEach(() => void (PartitionFold.prototype.fold = original));

    it('leaves the event out, as live hosts do, and goes on behind it', async () => {
      const list = lists[0]!;
      const place = (i: number): number => items.indexOf(list.items[i]!.itemId);
      const first = click(9, place(0), list.recommendationId);
      const second = click(10, place(1), list.recommendationId);
      PartitionFold.prototype.fold = function (this: PartitionFold, sequence, appendedAt, entries) {
        original.call(this, sequence, appendedAt, entries);
        if (entries.some((entry) => 'event' in entry && entry.event.eventId === second.eventId))
          throw new Error('a bug');
      };
      const { shown: seen, behaviourOfAll } = await whatIf([...early, list, shown(list), first, second]);
      expect([seen, behaviourOfAll]).toEqual([1, 1 / 5]);
    });
  });
});
