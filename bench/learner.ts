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
import { loadSettings } from '#config';
import type { FeatureVector } from '#events';
import {
  FactorisationMachine,
  fillFrom,
  FtrlProximal,
  OnlineLogisticRegression,
  OnlineModel,
  sigmoid,
  SlotRows,
  type OnlineLearner,
} from '#learning';
import { FEATURES, LIST_LENGTH, newMessages, newSamples, type Shape } from './learner/feedback-log.js';
import { compilePeer } from './learner/peer.js';
import { benchSettings } from './learner/settings.js';
import { printReport, type Figure } from './report/bench-report.js';

const RECORDS_PER_MESSAGE = 200;
/** Samples that are generated once and repeated. */
const DISTINCT_SAMPLES = 100_000;
/** Questions after which the next-item mix takes one engagement in 32. */
const MIX_SETTLED = 200_000;
const ROUNDS = 5;
/** Between two deltas, as a learner makes them: the default of `learner.deltaMs`. */
const DELTA_MS = loadSettings({}).learner.deltaMs;

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
  const samples = newSamples(shape, Math.min(count, DISTINCT_SAMPLES));
  const rows = (factors = 0) => SlotRows.toLearn(2 ** bits, factors);
  const { ftrl, fm, olr } = SETTINGS;
  const machine = () => new FactorisationMachine(rows(fm.factors), fm, SETTINGS.seed);
  return [
    besideC(`FTRL, ${shape}`, 'ftrl', () => new FtrlProximal(rows(), ftrl), samples),
    besideC(`FM k=8, ${shape}`, 'fm', machine, samples),
    figure(`OLR, ${shape}`, rateOf(new OnlineLogisticRegression(rows(), olr), blockOf(samples))),
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
  const block = blockOf(samples);
  const slots = block.indices.map((index) => index & (2 ** bits - 1));
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(rateOf(create(), block));
    if (peer) theirs.push(peer.rate(learner, slots, samples.length, bits));
  }
  return figure(name, median(ours), peer && { name: 'C', value: median(theirs) });
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function figure(name: string, value: number, limit?: Figure['limit']): Figure {
  return { name, value, unit: 'samples/s', ...(limit && { limit }) };
}

/** One sample after the other in memory, as the peer has them. */
interface Block {
  readonly indices: Uint32Array;
  readonly values: Float32Array;
}

function blockOf(samples: readonly FeatureVector[]): Block {
  const indices = new Uint32Array(samples.length * FEATURES);
  const values = new Float32Array(indices.length);
  samples.forEach((sample, i) => {
    indices.set(sample.indices, i * FEATURES);
    values.set(sample.values, i * FEATURES);
  });
  return { indices, values };
}

/** The second half of a run: the first warms code and tables. */
function rateOf(learner: OnlineLearner & Placed, { indices, values }: Block): number {
  const { rows } = learner.weights;
  const sample = rows.newSample();
  const run = (): void => {
    for (let i = 0; i < count; i++) {
      fillFrom(sample, indices, values, (i * FEATURES) % indices.length, 0, FEATURES, 2 ** bits - 1);
      if (rows.factors > 0) rows.touch(sample); // two lines a row: as the scorer does
      const label = i % 10 === 0 ? 1 : 0;
      learner.update(sample, (label === 1 ? 1 : 0.1) * (sigmoid(learner.weights.logit(sample)) - label));
    }
  };
  run();
  const startedAt = performance.now();
  run();
  return count / ((performance.now() - startedAt) / 1_000);
}

/** @param asked engagements that the next-item mix has looked for before */
function foldRate(samples: readonly FeatureVector[], asked: number): number {
  // Twice as many samples as asked for: the first half warms code and tables.
  const messages = newMessages(samples, (2 * count) / LIST_LENGTH, RECORDS_PER_MESSAGE);
  const model = new OnlineModel(SETTINGS);
  model.scorer.tables.mix.asked = asked;
  const half = Math.floor(messages.length / 2);
  let next = 0;
  const fold = (from: number, to: number): void => {
    for (let i = from; i < to; i++) {
      model.fold(i + 1, messages[i]!);
      if (performance.now() < next) continue;
      while (model.drainDelta());
      next = performance.now() + DELTA_MS;
    }
  };
  fold(0, half);
  const before = model.samples;
  const startedAt = performance.now();
  fold(half, messages.length);
  return (model.samples - before) / ((performance.now() - startedAt) / 1_000);
}
