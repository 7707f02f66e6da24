import fc from 'fast-check';
import type { Exposure, FeedbackRecord, Outcome } from '#events';
import { DELTA_BYTES_MAX, decodeDeltaHeader } from './model-delta.js';
import { ModelReplica } from './model-replica.js';
import { DEFAULT_STATISTICS, type ModelSettings } from './model-settings.js';
import { SNAPSHOT_FORMAT } from './model-snapshot.js';
import { OnlineModel } from './online-model.js';
import { newScores } from './scorer.js';
import { featuresOf, itemKeyOf, messagesOf, syntheticFeedback } from './synthetic-feedback.js';

const SETTINGS: ModelSettings = {
  bits: 12,
  noClickWeight: 0.1,
  seed: 7,
  ftrl: { alpha: 0.1, beta: 1, l1: 0.1, l2: 1 },
  fm: { factors: 4, alpha: 0.05, l2: 1e-5, initScale: 0.01 },
  olr: { alpha: 0.05 },
  debias: { method: 'feature', weightMax: 10, ctr: 'shown' },
  holdSeconds: 60,
  statistics: {
    ...DEFAULT_STATISTICS,
    itemsMax: 150,
    exposuresMax: 500,
    covisitationItemsMax: 120,
    clusters: 8,
  },
  metricsWindow: 300,
};

const RECORDS = [...syntheticFeedback({ seed: 1, lists: 200 })];

function fold(messages: readonly Uint8Array[], model = new OnlineModel(SETTINGS), from = 0): OnlineModel {
  for (let i = from; i < messages.length; i++) model.fold(i + 1, messages[i]!);
  return model;
}

describe('The model as a fold', () => {
  it('does not depend on how records are packed into messages', () => {
    const { sha256 } = fold(messagesOf(RECORDS, RECORDS.length)).hash();
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 }),
        (size) => fold(messagesOf(RECORDS, size)).hash().sha256 === sha256,
      ),
      { numRuns: 6 },
    );
  });

  it('changes its hash when one label changes', () => {
    expect(fold(messagesOf(flipFirstOutcome(RECORDS), 50)).hash().sha256).not.toBe(
      fold(messagesOf(RECORDS, 50)).hash().sha256,
    );
  });

  it.each([
    ['a NaN feature', (o: Outcome) => void (o.features.values[1] = NaN)],
    ['an infinite feature', (o: Outcome) => void (o.features.values[1] = -Infinity)],
    ['a NaN weight', (o: Outcome) => void ((o as { weight: number }).weight = NaN)],
    ['a NaN time', (o: Outcome) => void ((o as { timestamp: number }).timestamp = NaN)],
  ])('refuses %s before anything is touched', (_what, spoil) => {
    const clean = fold(messagesOf(RECORDS, 50));
    const spoilt = fold(messagesOf(RECORDS, 50));
    const outcome = structuredClone(
      RECORDS.find((record) => record.kind === 'outcome' && record.label === 0),
    ) as Outcome;
    spoil(outcome);
    spoilt.outcome(outcome);
    expect(spoilt.rejected).toBe(1);
    const { counters: _clean, ...expected } = clean.hash().parts;
    const { counters: _spoilt, ...actual } = spoilt.hash().parts;
    expect(actual).toEqual(expected);
  });

  it('predicts click-through rates whatever a click weighs, also where it comes after all', () => {
    const records = [...syntheticFeedback({ seed: 4, lists: 1_000, users: 20 })].map((record) =>
      record.kind === 'outcome' && record.label === 1 ? { ...record, weight: 5 } : record,
    );
    for (const holdSeconds of [60, 0]) {
      const model = fold(
        messagesOf(records, 500),
        new OnlineModel({
          ...SETTINGS,
          holdSeconds,
          bits: 16,
          statistics: DEFAULT_STATISTICS,
          metricsWindow: 5_000,
        }),
      );
      const { predictors } = model.report().windowed;
      for (const name of ['ftrl', 'fm', 'blend'] as const)
        expect(Math.abs(predictors[name].calibration! - 1)).toBeLessThan(0.1);
    }
  });

  it('beats the item’s CTR, and predicts click-through rates in spite of noClickWeight', () => {
    const model = fold(
      messagesOf(syntheticFeedback({ seed: 3, lists: 2_500, users: 20 }), 500),
      new OnlineModel({ ...SETTINGS, bits: 16, statistics: DEFAULT_STATISTICS, metricsWindow: 5_000 }),
    );
    const { predictors } = model.report().windowed;
    expect(predictors.blend.logLoss!).toBeLessThan(predictors.itemCtr.logLoss! - 0.01);
    expect(predictors.itemCtr.logLoss!).toBeLessThan(predictors.overallCtr.logLoss!);
    expect(predictors.blend.auc!).toBeGreaterThan(predictors.itemCtr.auc! + 0.02);
    expect(predictors.blend.normalisedEntropy!).toBeLessThan(1);
    for (const name of ['ftrl', 'fm', 'olr', 'blend'] as const)
      expect(Math.abs(predictors[name].calibration! - 1)).toBeLessThan(0.08);
  });

  it('starts from the item’s CTR before any weight is learnt', () => {
    const model = new OnlineModel(SETTINGS);
    const { statistics } = model.scorer.tables;
    for (let i = 0; i < 100; i++) statistics.recordImpression(itemKeyOf(1));
    for (let i = 0; i < 40; i++) statistics.recordClick(itemKeyOf(1));
    const out = newScores();
    model.score(featuresOf(0, 1, 4), itemKeyOf(1), 0, out);
    expect(out.blend).toBeCloseTo(statistics.ctr(itemKeyOf(1)), 5);
  });
});

describe('A list that was shown', () => {
  const shown = (model: OnlineModel, afterMs = 0): void => {
    model.exposure(exposure(afterMs));
    model.outcome(outcome(afterMs, 1, 0));
    model.outcome(outcome(afterMs, 2, 0));
  };

  it('is learnt whole at its first click, which moves statistics and weights at once', () => {
    const model = new OnlineModel(SETTINGS);
    shown(model);
    expect([model.samples, model.held.size]).toEqual([0, 2]);
    model.outcome(outcome(0, 1, 1));
    expect(model.scorer.tables.statistics.clicks(itemKeyOf(1))).toBe(1);
    expect([model.samples, model.held.size]).toEqual([2, 0]);
    expect(model.report().cumulative).toMatchObject({ samples: 2, clicks: 1 });
  });

  it('is learnt as not clicked when no click has come for a while', () => {
    const model = new OnlineModel(SETTINGS);
    shown(model);
    model.exposure(exposure(61_000));
    expect([model.samples, model.held.size]).toEqual([2, 0]);
    expect(model.report().cumulative.clicks).toBe(0);
  });

  it('takes a late click back: samples stay, and the prediction moves up past where it was', () => {
    const model = new OnlineModel({ ...SETTINGS, holdSeconds: 0 });
    const predicted = (): number => {
      const scores = newScores();
      model.score(featuresOf(0, 1, 4), itemKeyOf(1), BASE_MS, scores);
      return scores.blend;
    };
    const before = predicted();
    shown(model);
    const unclicked = predicted();
    model.outcome(outcome(0, 1, 1));
    expect(unclicked).toBeLessThan(before);
    expect(predicted()).toBeGreaterThan(before);
    expect(model.report().cumulative).toMatchObject({ samples: 2, clicks: 1 });
    expect(model.scorer.tables.statistics.clicks(itemKeyOf(1))).toBe(1);
  });

  it('ranks about as well when its clicks come a minute later as when they come at once (mutant: nothing is taken back)', () => {
    const records = [...syntheticFeedback({ seed: 5, lists: 1_500 })];
    const settings = { ...SETTINGS, bits: 16, statistics: DEFAULT_STATISTICS, metricsWindow: 5_000 };
    const auc = (list: readonly FeedbackRecord[]) =>
      rankingAuc(fold(messagesOf(list, 200), new OnlineModel({ ...settings, holdSeconds: 10 })));
    const late = delayClicks(records, 60_000);
    const atOnce = auc(records);
    expect(auc(late)).toBeGreaterThan(atOnce - 0.02);
    const lost = records.filter((record) => record.kind !== 'outcome' || record.label === 0);
    expect(auc(lost)).toBeLessThan(atOnce - 0.05);
  });

  it('see the statistics of the moment the item was shown', () => {
    const model = new OnlineModel({ ...SETTINGS, holdSeconds: 0 });
    model.exposure(exposure(0));
    for (let i = 1; i <= 50; i++) model.exposure(exposure(i * 1_000));
    model.outcome(outcome(0, 1, 0));
    expect(model.scorer.reading.impressions).toBe(0);
    model.outcome(outcome(50_000, 1, 0));
    expect(model.scorer.reading.impressions).toBe(50);
  });
});

describe('Snapshots', () => {
  it('continue bit for bit as if the model had never stopped', () => {
    const messages = messagesOf(RECORDS, 40);
    const straight = fold(messages);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: messages.length }), (cut) => {
        const { header, chunks } = fold(messages.slice(0, cut)).encodeSnapshot();
        const resumed = OnlineModel.decodeSnapshot(JSON.parse(JSON.stringify(header)), chunks);
        fold(messages, resumed, cut);
        expect(resumed.hash()).toEqual(straight.hash());
        expect(resumed.report()).toEqual(straight.report());
      }),
      { numRuns: 6 },
    );
  });

  it('are refused when any byte of body or header is not what was written', () => {
    const { header, chunks } = fold(messagesOf(RECORDS, 40)).encodeSnapshot();
    fc.assert(
      fc.property(fc.nat(header.bodyBytes - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const damaged = chunks.map((chunk) => Uint8Array.from(chunk));
        damaged[0]![at % damaged[0]!.length]! ^= flip;
        expect(() => OnlineModel.decodeSnapshot(header, damaged)).toThrow(
          expect.objectContaining({ code: 'REK_SNAPSHOT_INVALID' }),
        );
      }),
      { numRuns: 30 },
    );
    const invalid = expect.objectContaining({ code: 'REK_SNAPSHOT_INVALID' });
    expect(() => OnlineModel.decodeSnapshot({ ...header, sequence: header.sequence + 1 }, chunks)).toThrow(
      invalid,
    );
    expect(() => OnlineModel.decodeSnapshot({ ...header, format: SNAPSHOT_FORMAT + 1 }, chunks)).toThrow(
      invalid,
    );
    expect(() => OnlineModel.decodeSnapshot(header, [chunks[0]!.subarray(0, 100)])).toThrow(invalid);
    expect(() => OnlineModel.decodeSnapshot(header, [])).toThrow(invalid);
  });

  it('survive a database that reorders the header’s keys', () => {
    const { header, chunks } = fold(messagesOf(RECORDS, 40)).encodeSnapshot();
    const reordered = Object.fromEntries(Object.entries(header).reverse()) as unknown as typeof header;
    expect(OnlineModel.decodeSnapshot(reordered, chunks).samples).toBe(header.samples);
  });
});

describe('Deltas', () => {
  it('make a replica score like its model, bit for bit, wherever they are cut', () => {
    const messages = messagesOf(RECORDS, 25);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1, max: 30 }), (start, every) => {
        const model = fold(messages.slice(0, start));
        const { header, chunks } = model.encodeSnapshot();
        const replica = ModelReplica.fromSnapshot(header, chunks);
        for (let at = start; at < messages.length; at++) {
          model.fold(at + 1, messages[at]!);
          if (at % every === 0) drain(model).forEach((delta) => replica.applyDelta(delta));
        }
        drain(model).forEach((delta) => replica.applyDelta(delta));
        expectEqualScores(model, replica);
      }),
      { numRuns: 6 },
    );
  });

  it('change nothing when applied twice or from an earlier point', () => {
    const messages = messagesOf(RECORDS, 25);
    const model = fold(messages.slice(0, 20));
    const early = ModelReplica.empty(SETTINGS);
    const deltas = drain(model);
    fold(messages, model, 20);
    deltas.push(...drain(model));
    for (const delta of [...deltas, ...deltas.slice(-1)]) early.applyDelta(delta);
    expectEqualScores(model, early);
  });

  it('are refused after a gap, for another model, or damaged', () => {
    const messages = messagesOf(RECORDS, 25);
    const model = fold(messages.slice(0, 20));
    drain(model);
    fold(messages, model, 20);
    const [delta] = drain(model);
    const replica = ModelReplica.empty(SETTINGS);
    expect(() => replica.applyDelta(delta!)).toThrow(/missing between 0 and 20/);
    expect(() => ModelReplica.empty({ ...SETTINGS, seed: 8 }).applyDelta(delta!)).toThrow(/does not fit/);
    const damaged = Uint8Array.from(delta!);
    damaged[100]! ^= 1;
    expect(() => replica.applyDelta(damaged)).toThrow(expect.objectContaining({ code: 'REK_LOG_DAMAGED' }));
  });

  it('stay below the message limit, and only the last one is final', () => {
    const model = fold(
      messagesOf(syntheticFeedback({ seed: 2, lists: 2_400, items: 3_000, features: 40 }), 500),
      new OnlineModel({ ...SETTINGS, bits: 18, statistics: DEFAULT_STATISTICS }),
    );
    const deltas = drain(model);
    expect(deltas.length).toBeGreaterThan(2);
    for (const delta of deltas) expect(delta.byteLength).toBeLessThan(DELTA_BYTES_MAX + 64 * 1024);
    expect(deltas.map((delta) => decodeDeltaHeader(delta).final)).toEqual(
      deltas.map((_, i) => i === deltas.length - 1),
    );
    const replica = ModelReplica.empty({ ...SETTINGS, bits: 18, statistics: DEFAULT_STATISTICS });
    for (const delta of deltas) replica.applyDelta(delta);
    expectEqualScores(model, replica);
    expect(model.drainDelta()).toBeUndefined();
  });
});

function drain(model: OnlineModel): Uint8Array[] {
  const deltas: Uint8Array[] = [];
  for (let delta = model.drainDelta(); delta; delta = model.drainDelta()) deltas.push(delta);
  return deltas;
}

function expectEqualScores(model: OnlineModel, replica: ModelReplica): void {
  const [ours, theirs] = [newScores(), newScores()];
  for (let item = 0; item < 200; item++) {
    const features = featuresOf(item % 50, item, 8);
    model.score(features, itemKeyOf(item), 1_700_000_900_000, ours);
    replica.score(features, itemKeyOf(item), 1_700_000_900_000, theirs);
    expect(theirs).toEqual(ours);
    expect(replica.neighbours(itemKeyOf(item))).toEqual(
      model.scorer.tables.covisitation.neighbours(itemKeyOf(item)),
    );
  }
  expect(replica.trending(20, 1_700_000_900_000, 3_600)).toEqual(
    model.scorer.tables.statistics.trending(20, 1_700_000_900_000, 3_600),
  );
  expect([replica.sequence, replica.samples]).toEqual([model.sequence, model.samples]);
}

function flipFirstOutcome(records: readonly FeedbackRecord[]): FeedbackRecord[] {
  const index = records.findIndex((record) => record.kind === 'outcome');
  return records.map((record, i) =>
    i === index ? { ...(record as Outcome), label: (1 - (record as Outcome).label) as 0 | 1 } : record,
  );
}

const BASE_MS = 1_700_000_000_000;

function exposure(afterMs: number): Exposure {
  return {
    kind: 'exposure',
    cause: { sequence: 1, index: 0 },
    timestamp: BASE_MS + afterMs,
    segment: 0,
    taste: 0,
    itemKeys: [itemKeyOf(1), itemKeyOf(2)],
    positions: [1, 2],
  };
}

function outcome(afterMs: number, item: number, label: 0 | 1): Outcome {
  return {
    kind: 'outcome',
    cause: { sequence: 1, index: 0 },
    timestamp: BASE_MS + afterMs,
    userKey: 1,
    itemKey: itemKeyOf(item),
    listKey: 77 + afterMs,
    segment: 0,
    taste: 0,
    label,
    ...(label === 1 && { revises: true }),
    weight: 1,
    position: item,
    propensity: 0,
    features: featuresOf(0, item, 4),
  };
}

/** Moves each click to where event time has passed its list by `delayMs`. */
function delayClicks(records: readonly FeedbackRecord[], delayMs: number): FeedbackRecord[] {
  const waiting: FeedbackRecord[] = [];
  const result: FeedbackRecord[] = [];
  for (const record of records) {
    while (waiting[0] && waiting[0].timestamp + delayMs <= record.timestamp) result.push(waiting.shift()!);
    if (record.kind === 'outcome' && record.label === 1) waiting.push(record);
    else result.push(record);
  }
  return [...result, ...waiting];
}

/** How well the finished model orders the last lists' items within their lists. */
function rankingAuc(model: OnlineModel): number {
  const out = newScores();
  let pairs = 0;
  let right = 0;
  const lists = new Map<number, Map<number, { label: number; score: number }>>();
  for (const record of syntheticFeedback({ seed: 5, lists: 1_800 })) {
    if (record.kind !== 'outcome' || record.timestamp < BASE_MS + 1_500_000) continue;
    model.score(record.features, record.itemKey, record.timestamp, out);
    const list = lists.get(record.listKey) ?? new Map<number, { label: number; score: number }>();
    list.set(record.itemKey, { label: record.label, score: out.blend });
    lists.set(record.listKey, list);
  }
  for (const items of lists.values()) {
    const list = [...items.values()];
    for (const positive of list.filter(({ label }) => label === 1)) {
      for (const negative of list.filter(({ label }) => label === 0)) {
        pairs++;
        right += positive.score > negative.score ? 1 : positive.score === negative.score ? 0.5 : 0;
      }
    }
  }
  return right / pairs;
}
