/**
 * Storage: what an event of a seed platform's day takes on disk, as an event in the log and as the feedback that follows from it.
 *
 *     npm run bench -- storage [--scale 0.02] [--json]
 *
 * Frames of 100 events (bench/seed-day/day.ts), folded here as a host would, a message of feedback a frame. Feedback is held against its
 * records in their canonical form, one by one; S2 (`log.compression`) against streams without compression. The bytes are those of JetStream's own
 * files, once the server has ended. S2 wants nats-server 2.10: where the machine's is older, Debian 13's is fetched, if it can be had.
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { settingsSchema } from '#config';
import { assembleFeedbackBatch, encodeFeedbackRecord, RecordWriter } from '#events';
import { LogFold } from '#evaluation';
import { foldSettingsOf, SettingsHistory } from '#interest';
import type { LogMessage, LogTopology } from '#log';
import { newerNats, startServers } from '#testkit';
import { printReport, type Figure } from './report/bench-report.js';
import { openDayLog, PARTITIONS, storeEvents, storeItems } from './seed-day/day-log.js';
import { dayOf } from './seed-day/day.js';

const FRAME = 100;
const IN_FLIGHT = 256;

const { values } = parseArgs({
  options: { scale: { type: 'string', default: '0.02' }, json: { type: 'boolean', default: false } },
});
const day = dayOf(Number(values.scale));
const binary = await newerNats();
const servers = await startServers({ nats: binary ? { binary } : true });
let version = '';
let canonical = 0;
try {
  await fill('none');
  if (binary) await fill('s2');
  await servers.nats!.stop();
  const [log, feedback] = [bytesOf('none', 'LOG'), bytesOf('none', 'FEEDBACK')];
  const figures: Figure[] = [
    figure('log', log),
    figure('feedback', feedback, { name: 'canonical records', value: canonical / day.events }),
  ];
  if (binary) {
    const plain = (value: number) => ({ name: 'without', value });
    figures.push(
      figure('log, S2', bytesOf('s2', 'LOG'), plain(log)),
      figure('feedback, S2', bytesOf('s2', 'FEEDBACK'), plain(feedback)),
    );
  }
  printReport('storage', figures, { ...day, eventsPerFrame: FRAME, nats: version });
} finally {
  await servers.stop();
}

function figure(name: string, value: number, limit?: Figure['limit']): Figure {
  return { name, value, unit: 'bytes an event', ...(limit && { limit }) };
}

/** A day in the streams of a namespace that has the compression's name. */
async function fill(compression: 'none' | 's2'): Promise<void> {
  const opened = await openDayLog(servers.natsUrl, { namespace: compression, compression });
  version = opened.connection.info!.version;
  const end = Date.now();
  await storeItems(opened, day, end, FRAME);
  await storeEvents(opened, day, end, FRAME, 'visits');
  canonical = await storeFeedback(opened.topology);
  await opened.connection.close();
}

/** @returns bytes of the same records in their canonical form */
async function storeFeedback({ log, feedback, subjects }: LogTopology): Promise<number> {
  const writer = new RecordWriter();
  let bytes = 0;
  const fold = new LogFold(
    PARTITIONS,
    new SettingsHistory(foldSettingsOf(settingsSchema.parse({}))),
    (_, record) => {
      writer.add(record);
      bytes += encodeFeedbackRecord(record).length;
    },
  );
  let waiting: Promise<unknown>[] = [];
  for await (const batch of log.read({ from: 1, until: await log.head() }))
    for (const message of batch) {
      fold.fold(message);
      const records = writer.take();
      if (records.count === 0) continue;
      const partition = partitionOf(message);
      const through = { sequence: message.sequence, index: 0 };
      const payload = assembleFeedbackBatch({ partition, epoch: 1, through }, records.count, [records.bytes]);
      waiting.push(feedback.append(subjects.feedback(partition), payload));
      if (waiting.length < IN_FLIGHT) continue;
      await Promise.all(waiting);
      waiting = [];
    }
  await Promise.all(waiting);
  return bytes;
}

/** Only users' frames cause feedback. */
function partitionOf({ subject }: LogMessage): number {
  return Number(subject.slice(subject.lastIndexOf('.') + 1));
}

/** Of a stream's files, an event. */
function bytesOf(namespace: string, stream: string): number {
  const name = `${namespace}_REKAPPA_${stream}`;
  const store = join(servers.folder, 'nats', 'jetstream');
  const folder = readdirSync(store, { recursive: true, encoding: 'utf8' })
    .map((path) => join(store, path))
    .find((path) => path.endsWith(join('streams', name)));
  if (!folder) throw new Error(`JetStream has no folder for ${name}`);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true });
  const bytes = files
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.path, entry.name)).size, 0);
  return bytes / day.events;
}
