/**
 * Model size: a full model's snapshot (encoded, in Postgres, read back, restored) and the deltas of a busy minute.
 *
 *     npm run bench -- model-size [--bits 22] [--json]
 *
 * Every slot has been updated: 2^22 rows of FTRL, a factorisation machine with 8 factors, gradient descent and click rates. Beside
 * each step: a copy of as many bytes, and beside Postgres a plain INSERT of as many random bytes in chunks of a megabyte. Deltas are all
 * that a host is sent of 1,000 samples a second (learner/feedback-log.ts), every 250 ms.
 */
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { newSample, OnlineModel } from '#learning';
import { migrate, openStore } from '#store';
import { startServers } from '#testkit';
import { FEATURES, LIST_LENGTH, newMessages, newSamples } from './learner/feedback-log.js';
import { benchSettings } from './learner/settings.js';
import { printReport, type Figure } from './report/bench-report.js';

const SAMPLES_PER_SECOND = 1_000;
/** A delta a message: exposure, ten outcomes, a revision and an engagement of each of 25 lists. */
const RECORDS_PER_DELTA = 25 * 13;
const SECONDS_LATER = 330;
const WINDOW_SECONDS = 30;
const MEGABYTE = 2 ** 20;

const { values } = parseArgs({
  options: { bits: { type: 'string', default: '22' }, json: { type: 'boolean', default: false } },
});
const bits = Number(values.bits);

const model = new OnlineModel(benchSettings(bits));
touchEverything();
const figures: Figure[] = [];
const { header, chunks } = timed('snapshot, encoded', () => model.encodeSnapshot());
const body = Buffer.concat(chunks);
timed('snapshot, restored', () => OnlineModel.decodeSnapshot(header, chunks));
await throughPostgres();
figures.push(...deltas());
printReport('model-size', figures, { slots: 2 ** bits, snapshotMb: Math.round(body.length / MEGABYTE) });

/** The second of two runs. */
function timed<T>(name: string, run: () => T): T {
  run();
  const startedAt = performance.now();
  const result = run();
  const ms = performance.now() - startedAt;
  figures.push({ name, value: ms, unit: 'ms', limit: { name: 'a copy', value: copyMs() } });
  return result;
}

function copyMs(): number {
  const from = Buffer.alloc(2 ** bits * 90, 1);
  Buffer.from(from);
  const startedAt = performance.now();
  Buffer.from(from);
  return performance.now() - startedAt;
}

/** Each slot once, in samples of FEATURES. */
function touchEverything(): void {
  const sample = newSample();
  sample.length = FEATURES;
  sample.values.fill(1);
  for (let slot = 0; slot < 2 ** bits; slot += FEATURES) {
    for (let i = 0; i < FEATURES; i++) sample.slots[i] = Math.min(slot + i, 2 ** bits - 1);
    for (const learner of Object.values(model.learners)) {
      learner.weights.logit(sample);
      learner.update(sample, (slot / FEATURES) % 2 === 0 ? -0.5 : 0.5);
    }
  }
}

async function throughPostgres(): Promise<void> {
  const servers = await startServers({ postgres: true });
  try {
    const url = await servers.newDatabase();
    await migrate(url);
    const store = await openStore(url);
    const write = (pieces: readonly Uint8Array[], sequence: number) =>
      store.snapshots.write({
        model: 'bench',
        version: 'v',
        sequence,
        header: { ...header },
        chunks: [...pieces],
      });
    const noise = randomBytes(body.length);
    const plain = chunks.map((chunk, i) => noise.subarray(i * MEGABYTE, i * MEGABYTE + chunk.length));
    await write([new Uint8Array(1)], 1);
    const inserted = await seconds(() =>
      store.source.transaction(async (manager) => {
        await manager.query('CREATE TABLE plain (bytes bytea)');
        for (const chunk of plain) await manager.query('INSERT INTO plain VALUES ($1)', [chunk]);
      }),
    );
    const written = await seconds(() => write(chunks, 2));
    const read = await seconds(() => store.snapshots.newestValid('bench'));
    const limit = { name: 'plain INSERT', value: inserted * 1_000 };
    figures.push({ name: 'snapshot, into Postgres', value: written * 1_000, unit: 'ms', limit });
    figures.push({ name: 'snapshot, out of Postgres, verified', value: read * 1_000, unit: 'ms' });
    await store.close();
  } finally {
    await servers.stop();
  }
}

async function seconds(run: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await run();
  return (performance.now() - startedAt) / 1_000;
}

/** Everything that hosts are sent, of a model that begins with nothing: the first half minute, and another one after minutes. */
function deltas(): Figure[] {
  const samples = SECONDS_LATER * SAMPLES_PER_SECOND;
  const messages = newMessages(newSamples('zipf', samples), samples / LIST_LENGTH, RECORDS_PER_DELTA);
  const learner = new OnlineModel(benchSettings(bits));
  const sent: number[] = [];
  for (const [i, message] of messages.entries()) {
    let bytes = 0;
    learner.fold(i + 1, message);
    for (let delta = learner.drainDelta(); delta; delta = learner.drainDelta()) bytes += delta.length;
    sent.push(bytes);
  }
  const rate = (drains: readonly number[]): number =>
    (drains.reduce((sum, bytes) => sum + bytes, 0) / drains.length) * (messages.length / SECONDS_LATER) * 1e-3;
  const window = Math.floor((messages.length * WINDOW_SECONDS) / SECONDS_LATER);
  const limit = { name: 'aim', value: 100 };
  return [
    { name: 'deltas at first', value: rate(sent.slice(0, window)), unit: 'KB/s', limit },
    { name: 'deltas after five minutes', value: rate(sent.slice(-window)), unit: 'KB/s', limit },
  ];
}
