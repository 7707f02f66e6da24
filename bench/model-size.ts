/**
 * Model size: a full model's snapshot (encoded, in Postgres, read back, restored) and the deltas of a busy minute.
 *
 *     npm run bench -- model-size [--bits 22] [--json]
 *
 * Every slot has been updated: 2^22 rows of FTRL, a factorisation machine with 8 factors, gradient descent and click rates. Beside
 * each step: a copy of as many bytes, and beside Postgres a plain INSERT of as many random bytes in chunks of a megabyte. Deltas are
 * those of 10,000 samples a second with 20 features each, drawn as clicks are (few features make most of the traffic), every 200 ms.
 */
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { combine32, SeededRandom } from '#kernel';
import { newSample, OnlineModel } from '#learning';
import { migrate, openStore } from '#store';
import { startServers } from '#testkit';
import { benchSettings } from './learner/settings.js';
import { printReport, type Figure } from './report/bench-report.js';

const FEATURES = 20;
const VALUES = 1_000_000;
const SAMPLES_PER_SECOND = 10_000;
const DELTAS_PER_SECOND = 5;
const SECONDS = 10;
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
  model.touched.fill(1);
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

/** Of the slots alone: what statistics add depends on the items. */
function deltas(): Figure[] {
  const random = new SeededRandom(7);
  model.forgetChanges();
  let bytes = 0;
  for (let drain = 0; drain < SECONDS * DELTAS_PER_SECOND; drain++) {
    for (let i = 0; i < (SAMPLES_PER_SECOND / DELTAS_PER_SECOND) * FEATURES; i++)
      model.dirtySlots.mark(
        (combine32(i % FEATURES, Math.floor(VALUES * random.next() ** 6)) & (2 ** bits - 1)) >>> 0,
      );
    model.sequence++;
    for (let delta = model.drainDelta(); delta; delta = model.drainDelta()) bytes += delta.length;
  }
  const perThousand = bytes / SECONDS / (SAMPLES_PER_SECOND / 1_000);
  return [
    {
      name: 'deltas of 1,000 samples/s',
      value: perThousand / 1_000,
      unit: 'KB/s',
      limit: { name: 'aim', value: 100 },
    },
  ];
}
