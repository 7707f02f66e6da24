/** Promise: it makes no difference to an answer how many hosts have served the log, nor how far their models lagged. */
import { loadSettings } from '#config';
import { encodeFeedbackBatch, encodeFrame, type FeedbackRecord, type LogEvent } from '#events';
import { LogFold, type WhatIfReport } from '#evaluation';
import { createUser, foldSettingsOf, SettingsHistory } from '#interest';
import { asEventId, asItemId, asUserId, fnv1a32, partitionOf, SeededRandom } from '#kernel';
import { ModelReplica, modelSettingsOf, OnlineModel } from '#learning';
import { memoryTopology, type LogTopology } from '#log';
import { rankingSettingsOf, recommend } from '#ranking';
import { RecallIndex } from '#recall';
import { Progress } from '../terminal/progress.js';
import { withOverrides } from '../setting-overrides.js';
import { replayWhatIf } from './replay-what-if.js';

const START = 1_700_000_000_000;
const PARTITIONS = 4;
const VISITS = 120;
/** Enough for an answer. */
const USERS = 24;
const settings = loadSettings({
  REKAPPA_SERVING_POLICY: 'plackett-luce',
  REKAPPA_SERVING_EXPLORE: '0.5',
  REKAPPA_MODEL_BITS: '10',
  REKAPPA_INTEREST_ATTRIBUTION_SECONDS: '60',
});

/** What a host knows: LOG folded as it comes, a catalogue index of its own, and a model that follows FEEDBACK. */
class Host {
  readonly fold: LogFold;
  readonly index: RecallIndex;
  readonly model = new OnlineModel(modelSettingsOf(settings));
  /** Of its own partitions. */
  emitted: FeedbackRecord[] = [];

  constructor(private readonly owns: (partition: number) => boolean) {
    this.fold = new LogFold(
      PARTITIONS,
      new SettingsHistory(foldSettingsOf(settings)),
      (partition, record) => {
        if (this.owns(partition)) this.emitted.push(record);
      },
    );
    this.index = new RecallIndex(this.fold.catalogue);
  }
}

interface Served {
  readonly topology: LogTopology;
  /** Every payload of LOG. */
  readonly bytes: string;
}

/**
 * @param modelEvery a host's model catches up only when it serves a visit whose number is a multiple of the host's entry.
 * Then no new items come: a replay has one model and one catalogue, which only go forward (ranking-moments.ts)
 */
async function serve(hostCount: number, modelEvery?: readonly number[]): Promise<Served> {
  const topology = memoryTopology(PARTITIONS);
  const hosts = Array.from({ length: hostCount }, (_, h) => new Host((p) => p % hostCount === h));
  const feedback: { sequence: number; payload: Uint8Array }[] = [];
  const payloads: string[] = [];
  const random = new SeededRandom(1);

  const append = async (event: LogEvent, now: number): Promise<void> => {
    const payload = encodeFrame([event]);
    payloads.push(Buffer.from(payload).toString('hex'));
    const partition = 'userId' in event ? partitionOf(event.userId, PARTITIONS) : undefined;
    const sequence = await topology.log.append(
      partition === undefined ? 'log.item' : `log.user.${partition}`,
      payload,
    );
    const entries = [{ index: 0, event }];
    for (const { fold } of hosts)
      if (partition === undefined) fold.foldItems(sequence, now, entries);
      else fold.foldUsers(partition, sequence, now, entries);
    for (const host of hosts) {
      if (host.emitted.length === 0) continue;
      const batch = { partition: partition!, epoch: 0, through: { sequence, index: 0 }, part: 0 };
      const learnt = encodeFeedbackBatch({ ...batch, records: host.emitted });
      host.emitted = [];
      feedback.push({
        sequence: await topology.feedback.append(`feedback.${partition}`, learnt),
        payload: learnt,
      });
    }
  };
  const upsert = (item: number, at: number): Promise<void> =>
    append(
      {
        kind: 'upsert',
        version: 1,
        eventId: asEventId(`up ${item} ${at}`),
        itemId: asItemId(`item ${item}`),
        timestamp: START + at,
        mode: 'replace',
        fields: { categories: [`category ${item % 4}`] },
      },
      START + at,
    );

  for (let item = 0; item < 30; item++) await upsert(item, 0);
  for (let visit = 1; visit <= VISITS; visit++) {
    const now = START + visit * 30_000;
    if (!modelEvery && visit % 20 === 0) await upsert(30 + visit / 20, visit * 30_000);
    const userId = asUserId(`user ${random.below(USERS)}`);
    const partition = partitionOf(userId, PARTITIONS);
    const at = partition % hostCount;
    const host = hosts[at]!;
    if (visit % (modelEvery?.[at] ?? 1) === 0)
      for (const { sequence, payload } of feedback)
        if (sequence > host.model.sequence) host.model.fold(sequence, payload);
    const recommendationId = asEventId(`list ${visit}`);
    const head = await topology.log.head();
    const { policy, items } = recommend({
      user: host.fold.partitions[partition]!.peek(userId) ?? createUser(userId),
      request: { n: 4, scenario: 'default' },
      catalogue: host.fold.catalogue,
      index: host.index,
      replica: ModelReplica.of(host.model),
      settings: rankingSettingsOf(settings),
      random: new SeededRandom(fnv1a32(recommendationId)),
      now,
    });
    const base = { version: 1 as const, userId, timestamp: now, recommendationId };
    const list = items.map(({ itemId, position, score, channel, propensity }) => ({
      itemId: asItemId(itemId),
      position,
      score,
      channel,
      propensity,
    }));
    await append(
      {
        kind: 'served',
        ...base,
        eventId: recommendationId,
        epoch: 0,
        scenario: 'default',
        policy,
        modelVersion: host.model.version,
        modelSequence: host.model.sequence,
        stateSequence: head,
        catalogueSequence: head,
        request: { n: 4 },
        items: list,
      },
      now,
    );
    const shown = list.map(({ itemId, position }) => ({ itemId, position }));
    await append({ kind: 'impression', ...base, eventId: asEventId(`shown ${visit}`), items: shown }, now);
    for (const { itemId, position } of shown)
      if (random.next() < 0.4 / position) {
        const click = {
          ...base,
          timestamp: now + position,
          eventId: asEventId(`click ${visit} ${position}`),
        };
        await append({ kind: 'interaction', ...click, type: 'click', itemId }, now + position);
      }
  }
  return { topology, bytes: payloads.join() };
}

function ask({ topology }: Served, policy: readonly string[]): Promise<WhatIfReport> {
  return replayWhatIf(topology, {
    partitions: PARTITIONS,
    settings,
    other: { settings: withOverrides(settings, policy), asked: ['explore'], ownModel: false },
    window: { assumption: 'item-position' },
    progress: new Progress({ label: 'whatif', total: 0, unit: 'events' }),
    signal: new AbortController().signal,
  });
}

describe('a log that two hosts have served', () => {
  it('is the log of one, and gives the same answer, byte for byte', async () => {
    const [one, two] = [await serve(1), await serve(2)];
    expect(two.bytes === one.bytes).toBe(true);
    const answers = [await ask(one, ['serving.explore=0.2']), await ask(two, ['serving.explore=0.2'])];
    expect(answers[0]!.reproduced).toBe(1);
    expect(answers[0]!.estimates.length).toBeGreaterThan(0);
    expect(JSON.stringify(answers[1])).toBe(JSON.stringify(answers[0]));
  });

  it('whose models lagged differently is found again whole, and the policy that ran weighs 1', async () => {
    const [one, two] = [await serve(1), await serve(2, [3, 7])];
    expect(two.bytes === one.bytes).toBe(false);
    const { reproduced, leftOut, diagnostics, behaviour, estimates } = await ask(two, [
      'serving.explore=0.5',
    ]);
    expect([reproduced, leftOut]).toEqual([1, {}]);
    expect([diagnostics.weightMean, diagnostics.weightMax, diagnostics.withoutPropensity]).toEqual([1, 1, 0]);
    expect(estimates.find(({ name }) => name === 'IPS')!.value).toBe(behaviour);
  });
});
