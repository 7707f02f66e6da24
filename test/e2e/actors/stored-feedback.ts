/** What FEEDBACK holds, per partition: the canonical bytes of all records in order, however they were packed into messages. */
import { canonicalRecords, decodeFeedbackHeader } from '#events';
import type { LogTopology } from '#log';

export interface StoredFeedback {
  readonly bytes: Buffer;
  readonly records: number;
  readonly epochs: number[];
}

export async function storedFeedback(topology: LogTopology): Promise<StoredFeedback[]> {
  const bodies: Buffer[][] = Array.from({ length: topology.partitions }, () => []);
  const records = bodies.map(() => 0);
  const epochs: number[][] = bodies.map(() => []);
  const until = await topology.feedback.head();
  for await (const batch of until === 0 ? [] : topology.feedback.read({ from: 1, until })) {
    for (const { payload } of batch) {
      const { partition, count, epoch } = decodeFeedbackHeader(payload);
      bodies[partition]!.push(...canonicalRecords(payload));
      records[partition]! += count;
      if (epochs[partition]!.at(-1) !== epoch) epochs[partition]!.push(epoch);
    }
  }
  return bodies.map((parts, partition) => ({
    bytes: Buffer.concat(parts),
    records: records[partition]!,
    epochs: epochs[partition]!,
  }));
}
