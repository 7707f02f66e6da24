/**
 * Learner: samples a second, each learner alone beside the same in C, and the whole fold (decode, all learners, statistics,
 * next-item tables, validation, deltas).
 *
 *     npm run bench -- learner [--samples 300000] [--bits 22] [--json]
 *
 * 20 hashed features a sample, 2^22 slots; zipf: few features make most of the traffic; uniform: every access misses the
 * cache. The whole fold is measured twice: from the first record on, when every engagement is an example for the next-item
 * mix, and as it goes on (channel-mix.ts: one engagement in 32).
 */
import { parseArgs } from 'node:util';
import { combine32, key53, SeededRandom } from '#kernel';
import { encodeFeedbackBatch, type FeedbackRecord, type FeatureVector, type Outcome } from '#events';
import {
  FactorisationMachine,
  fillSample,
  FtrlProximal,
  OnlineLogisticRegression,
  OnlineModel,
  sigmoid,
  SlotRows,
  type OnlineLearner,
} from '#learning';
import { compilePeer } from './learner/peer.js';
import { benchSettings } from './learner/settings.js';
import { printReport, type Figure } from './report/bench-report.js';

const FEATURES = 20;
const LIST_LENGTH = 10;
const RECORDS_PER_MESSAGE = 200;
/** Distinct values of each feature. */
const VALUES = 1_000_000;
const ITEMS = 10_000;
const USERS = 5_000;
/** Samples that are generated once and repeated. */
const DISTINCT_SAMPLES = 100_000;
/** Examples after which the next-item mix takes one engagement in 32. */
const MIX_SETTLED = 200_000;
const ROUNDS = 5;
/** FEEDBACK messages between two deltas. */
const MESSAGES_PER_DELTA = 20;

const { values } = parseArgs({
  options: {
    samples: { type: 'string', default: '300000' },
    bits: { type: 'string', default: '22' },
    json: { type: 'boolean', default: false },
  },
});
const count = Number(values.samples);
const bits = Number(values.bits);
const SETTINGS = benchSettings(bits);

const ITEM_KEYS = Array.from({ length: ITEMS }, (_, item) => key53(`item-${item}`));

type Shape = 'zipf' | 'uniform';
/** Whose weights say where they stand. */
interface Placed {
  readonly weights: { readonly rows: SlotRows };
}
const peer = compilePeer();
const figures = (['zipf', 'uniform'] as const).flatMap((shape) => measure(shape));
peer?.close();
printReport('learner', figures, {
  features: FEATURES,
  slots: 2 ** bits,
  samples: count,
  peer: peer?.name ?? 'none: no C compiler',
});

function measure(shape: Shape): Figure[] {
  const samples = newSamples(shape);
  const rows = (factors = 0) => SlotRows.toLearn(2 ** bits, factors);
  const { ftrl, fm, olr } = SETTINGS;
  const machine = () => new FactorisationMachine(rows(fm.factors), fm, SETTINGS.seed);
  return [
    besideC(`FTRL, ${shape}`, 'ftrl', () => new FtrlProximal(rows(), ftrl), samples),
    besideC(`FM k=8, ${shape}`, 'fm', machine, samples),
    figure(`OLR, ${shape}`, rateOf(new OnlineLogisticRegression(rows(), olr), samples)),
    figure(`whole fold at first, ${shape}`, foldRate(samples, 0)),
    figure(`whole fold later, ${shape}`, foldRate(samples, MIX_SETTLED)),
  ];
}

/** Medians of rounds in turn: on a busy machine both meet the same weather. */
function besideC(
  name: string,
  learner: 'ftrl' | 'fm',
  create: () => OnlineLearner & Placed,
  samples: readonly FeatureVector[],
): Figure {
  const flat = flatSlots(samples);
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(rateOf(create(), samples));
    if (peer) theirs.push(peer.rate(learner, flat, samples.length, bits));
  }
  return figure(name, median(ours), peer && { name: 'C', value: median(theirs) });
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function figure(name: string, value: number, limit?: Figure['limit']): Figure {
  return { name, value, unit: 'samples/s', ...(limit && { limit }) };
}

function flatSlots(samples: readonly FeatureVector[]): Uint32Array {
  const flat = new Uint32Array(samples.length * FEATURES);
  const mask = 2 ** bits - 1;
  samples.forEach(({ indices }, i) => indices.forEach((index, k) => (flat[i * FEATURES + k] = index & mask)));
  return flat;
}

/** The second half of a run: the first warms code and tables. */
function rateOf(learner: OnlineLearner & Placed, samples: readonly FeatureVector[]): number {
  const sample = learner.weights.rows.newSample();
  const run = (): void => {
    for (let i = 0; i < count; i++) {
      fillSample(sample, samples[i % samples.length]!, 2 ** bits - 1);
      const label = i % 10 === 0 ? 1 : 0;
      learner.update(sample, (label === 1 ? 1 : 0.1) * (sigmoid(learner.weights.logit(sample)) - label));
    }
  };
  run();
  const startedAt = performance.now();
  run();
  return count / ((performance.now() - startedAt) / 1_000);
}

/** @param examples that the next-item mix has learnt from before */
function foldRate(samples: readonly FeatureVector[], examples: number): number {
  const messages = newMessages(samples);
  const model = new OnlineModel(SETTINGS);
  model.scorer.tables.mix.examples = examples;
  const half = Math.floor(messages.length / 2);
  const fold = (from: number, to: number): void => {
    for (let i = from; i < to; i++) {
      model.fold(i + 1, messages[i]!);
      if (i % MESSAGES_PER_DELTA === 0) while (model.drainDelta());
    }
  };
  fold(0, half);
  const before = model.samples;
  const startedAt = performance.now();
  fold(half, messages.length);
  return (model.samples - before) / ((performance.now() - startedAt) / 1_000);
}

function newSamples(shape: Shape): FeatureVector[] {
  const random = new SeededRandom(7);
  // x^6 of a uniform number: about a third of the draws fall on a thousandth of the values.
  const draw = shape === 'zipf' ? () => Math.floor(VALUES * random.next() ** 6) : () => random.below(VALUES);
  return Array.from({ length: Math.min(count, DISTINCT_SAMPLES) }, () => ({
    indices: Uint32Array.from({ length: FEATURES }, (_, field) => combine32(field, draw())),
    values: new Float32Array(FEATURES).fill(1),
    length: FEATURES,
  }));
}

/** Lists of ten, one of them clicked a second later, as FEEDBACK messages: twice `count` samples. */
function newMessages(samples: readonly FeatureVector[]): Uint8Array[] {
  const random = new SeededRandom(9);
  const messages: Uint8Array[] = [];
  let records: FeedbackRecord[] = [];
  for (let list = 0; list < (2 * count) / LIST_LENGTH; list++) {
    records.push(...listOf(list, samples, random));
    if (records.length < RECORDS_PER_MESSAGE) continue;
    messages.push(
      encodeFeedbackBatch({ partition: 0, epoch: 1, through: { sequence: list, index: 0 }, records }),
    );
    records = [];
  }
  return messages;
}

function listOf(list: number, samples: readonly FeatureVector[], random: SeededRandom): FeedbackRecord[] {
  const cause = { sequence: list + 1, index: 0 };
  const timestamp = 1_700_000_000_000 + list * 10;
  const items = Array.from({ length: LIST_LENGTH }, () => ITEM_KEYS[Math.floor(ITEMS * random.next() ** 3)]!);
  const outcomes = items.map((itemKey, i): FeedbackRecord => ({
    kind: 'outcome',
    cause,
    timestamp,
    userKey: list % USERS,
    itemKey,
    listKey: list + 1,
    segment: 0,
    taste: 0,
    label: 0,
    weight: 1,
    position: i + 1,
    propensity: 0,
    features: samples[(list * LIST_LENGTH + i) % samples.length]!,
  }));
  return [
    {
      kind: 'exposure',
      cause,
      timestamp,
      segment: 0,
      taste: 0,
      itemKeys: items,
      positions: items.map((_, i) => i + 1),
    },
    ...outcomes,
    { ...(outcomes[0] as Outcome), timestamp: timestamp + 1_000, label: 1, revises: true },
    {
      kind: 'engagement',
      cause,
      timestamp: timestamp + 1_000,
      userKey: list % USERS,
      itemKey: items[0]!,
      segment: 0,
      taste: 0,
      audiences: [],
      repeated: false,
      typeHash: 1,
      weight: 1,
      recentKeys: items.slice(1, 6),
      recentAgesSeconds: [60, 120, 180, 240, 300],
    },
  ];
}
