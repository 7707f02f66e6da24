/** A log for a benchmark's day: opened, filled with its items and its events. */
import { connectNats, openTopology, type LogTopology, type NatsConnection } from '#log';
import { catalogueOf, eventsOf, partitionOfEvent, type Arrival, type Day } from './day.js';
import { FrameWriter } from './frame-writer.js';

export const PARTITIONS = 16;

export interface DayLog {
  readonly connection: NatsConnection;
  readonly topology: LogTopology;
}

export async function openDayLog(
  natsUrl: string,
  { namespace = 'default', compression = 'none' as 'none' | 's2' } = {},
): Promise<DayLog> {
  const connection = await connectNats({ natsUrl, name: 'bench' });
  const topology = await openTopology(connection, {
    namespace,
    log: { partitions: PARTITIONS, replicas: 1, compression, inFlightMax: 4_096, ackTimeoutMs: 60_000 },
  });
  return { connection, topology };
}

/** @param end event time of the day's end, ms */
export async function storeItems(
  { topology }: DayLog,
  day: Day,
  end: number,
  frameEvents: number,
): Promise<void> {
  const write = new FrameWriter(topology, frameEvents);
  for (const event of catalogueOf(day, end)) await write.add(topology.subjects.item, event);
  await write.flush();
}

/** @param stored told of each event but ticks. @returns bytes of all frames */
export async function storeEvents(
  { topology }: DayLog,
  day: Day,
  end: number,
  frameEvents: number,
  arrival: Arrival,
  stored: () => void = () => undefined,
): Promise<number> {
  const write = new FrameWriter(topology, frameEvents);
  for (const event of eventsOf(day, end, PARTITIONS, arrival)) {
    await write.add(topology.subjects.user(partitionOfEvent(event, PARTITIONS)), event);
    if (event.kind !== 'tick') stored();
  }
  await write.flush();
  return write.bytes;
}
