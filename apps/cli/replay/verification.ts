/**
 * Invariant I1, checked: state = f(log). The live processes name their hashes at a sequence; a rebuild folds to exactly
 * that sequence and must arrive at the same bytes.
 */
import { carefulIfNeeded } from '#evaluation';
import type { KeySource } from '#privacy';
import { SealedCauses } from './sealed-causes.js';
import { FeedbackDecoder, type FeedbackRecord } from '#events';
import type { FoldSettings } from '#interest';
import { sleep } from '#kernel';
import { OnlineModel, type ModelHash, type ModelSettings } from '#learning';
import type { EventLog, LogTopology } from '#log';
import type { HostHash } from '../hosts-client.js';
import type { Progress } from '../terminal/progress.js';
import { rebuildLog } from './rebuild-log.js';
import { rebuildModels } from './rebuild-models.js';
import { RecordLedger } from './record-ledger.js';
import { settingsInLog } from './settings-in-log.js';

/** How long to wait for feedback that hosts have derived but not yet stored, ms. */
const FEEDBACK_WAIT_MS = 15_000;
const FEEDBACK_POLL_MS = 250;

export interface Check {
  readonly what: string;
  readonly sequence: number;
  readonly live: string;
  readonly rebuilt: string;
  readonly ok: boolean;
  readonly detail: string;
}

export interface Bar {
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Rebuilds a model from FEEDBACK and compares it, part by part, with the live one. */
export async function verifyModel(
  feedback: EventLog,
  live: ModelHash,
  settings: ModelSettings,
  bar: Bar,
): Promise<Check[]> {
  const model = new OnlineModel(settings);
  await rebuildModels(feedback, [model], { last: live.sequence, ...bar });
  const rebuilt = model.hash();
  const parts = Object.entries(live.parts).map(([part, sha256]): Check =>
    check(`model ${part}`, live.sequence, sha256, rebuilt.parts[part as keyof typeof rebuilt.parts], ''),
  );
  return [
    check(
      'model',
      live.sequence,
      live.sha256,
      rebuilt.sha256,
      `${model.samples.toLocaleString('en')} samples`,
    ),
    ...parts,
  ];
}

/**
 * Rebuilds all users and their feedback from LOG, and compares both with what hosts hold and FEEDBACK has. FEEDBACK keeps what users
 * caused before they were erased, and LOG can no longer say what it was: such records are counted apart, not compared.
 * @param fold the settings of a log that says nothing of them
 * @param keys undefined without a master key: then LOG must have nothing sealed
 */
export async function verifyLog(
  topology: LogTopology,
  hosts: readonly HostHash[],
  fold: FoldSettings,
  bar: Bar,
  keys?: KeySource,
): Promise<Check[]> {
  const live = new Map(hosts.flatMap((host) => host.partitions).map((p) => [p.partition, p]));
  const lastOf = (partition: number): number => live.get(partition)?.sequence ?? 0;
  const last = Math.max(0, ...[...live.values()].map((p) => p.sequence));
  const settings = await settingsInLog(topology, fold, bar.signal);
  const { rebuilt, ledgers, sealed } = await carefulIfNeeded(async (careful) => {
    const ledgers = Array.from({ length: topology.partitions }, () => new RecordLedger());
    const sealed = new SealedCauses();
    const rebuilt = await rebuildLog(topology.log, {
      partitions: topology.partitions,
      settings,
      lastOf,
      last,
      ...bar,
      keys,
      passedOver: (position) => sealed.add(position),
      careful,
      emit: (partition, record) => ledgers[partition]!.derive(record),
    });
    return { rebuilt, ledgers, sealed };
  });
  await readFeedback(topology.feedback, ledgers, lastOf, sealed, bar.signal);
  return ledgers.flatMap((ledger, partition) => {
    const known = live.get(partition);
    if (!known) return [missing(partition)];
    const users = rebuilt.fold.partitions[partition]!.hash();
    return [
      check(
        `users of partition ${partition}`,
        known.sequence,
        known.sha256,
        users.sha256,
        `${known.users} users${known.users === users.users ? '' : `, ${users.users} rebuilt`}`,
      ),
      feedbackCheck(partition, known.sequence, ledger),
    ];
  });
}

function check(what: string, sequence: number, live: string, rebuilt: string, detail: string): Check {
  return { what, sequence, live, rebuilt, ok: live === rebuilt, detail };
}

function feedbackCheck(partition: number, sequence: number, ledger: RecordLedger): Check {
  const { records, expected, erased, sha256, expectedSha256, firstDifference } = ledger.compare();
  const where = firstDifference === undefined ? '' : `, record ${firstDifference} differs`;
  const left = erased === 0 ? '' : `, ${erased} more of erased users`;
  const count = records === expected ? `${records} records` : `${records} records, ${expected} rebuilt`;
  return {
    ...check(`feedback of partition ${partition}`, sequence, sha256, expectedSha256, count + left + where),
    ok: sha256 === expectedSha256 && firstDifference === undefined,
  };
}

function missing(partition: number): Check {
  return {
    what: `users of partition ${partition}`,
    sequence: 0,
    live: '',
    rebuilt: '',
    ok: false,
    detail: 'no host owns it',
  };
}

/** Shows FEEDBACK to the ledgers, as far as it was caused up to `lastOf`; waits a little for what is still under way. */
async function readFeedback(
  feedback: EventLog,
  ledgers: readonly RecordLedger[],
  lastOf: (partition: number) => number,
  sealed: SealedCauses,
  signal: AbortSignal,
): Promise<void> {
  const decoder = new FeedbackDecoder();
  let read = 0;
  for (const deadline = performance.now() + FEEDBACK_WAIT_MS; ; await sleep(FEEDBACK_POLL_MS)) {
    const head = await feedback.head();
    if (head > read) {
      for await (const batch of feedback.read({ from: read + 1, until: head, signal })) {
        for (const { subject, payload } of batch)
          show(decoder, payload, Number(subject.slice('feedback.'.length)), ledgers, lastOf, sealed);
      }
      read = head;
    }
    if (
      signal.aborted ||
      performance.now() > deadline ||
      ledgers.every((ledger) => ledger.seen >= ledger.expected)
    )
      return;
  }
}

function show(
  decoder: FeedbackDecoder,
  payload: Uint8Array,
  partition: number,
  ledgers: readonly RecordLedger[],
  lastOf: (partition: number) => number,
  sealed: SealedCauses,
): void {
  const see = (record: FeedbackRecord): void => {
    if (record.cause.sequence <= lastOf(partition)) ledgers[partition]!.see(record, sealed.explain(record));
  };
  try {
    decoder.decode(payload, { exposure: see, outcome: see, sequel: see, engagement: see });
  } catch {
    // A damaged message: its records are missing from the ledger, and the comparison says from where on.
  }
}
