/** After damage to LOG: what `rekappa verify` must name, who must notice, and that what is acknowledged from then on can be read. */
import type { JetStreamManager } from '@nats-io/jetstream';
import pg from 'pg';
import { sleep, until } from '#kernel';
import type { ChaosSystem } from './chaos-system.js';
import { refusalOf } from './load.js';
import { LOG } from './log-damages.js';
import type { Trial } from './scenario.js';

const NOTICED_MS = 30_000;
const EVENTS_AFTER = 10;
const AGAIN_MS = 100;
/** What a host says that folds a partition again. */
const LOST_WITHIN = 'REK_LOG_DAMAGED: the log has lost messages within what this partition folds';

interface Verification {
  readonly streams: readonly {
    readonly stream: string;
    readonly missing: readonly { from: number; to: number }[];
    readonly damaged: readonly { from: number; to: number }[];
  }[];
  readonly lostTails: readonly string[];
}

/** `rekappa verify` names each lost sequence, and no other. */
export async function named(
  system: ChaosSystem,
  { findings }: Trial,
  kind: string,
  lost: readonly number[],
): Promise<void> {
  const { code, out, err } = await system.cli.run('verify', '--json');
  findings.must(code === 1, `${kind}: verify ended with ${code} ${err.slice(-200)}`);
  const { streams, lostTails } = JSON.parse(out) as Verification;
  const log = streams.find(({ stream }) => stream.endsWith('REKAPPA_LOG'))!;
  const tails = lostTails.flatMap((text) => {
    const range = /REKAPPA_LOG ends.* read (\d+)-(\d+)/.exec(text);
    return range ? [{ from: Number(range[1]), to: Number(range[2]) }] : [];
  });
  const sequences = [...log.missing, ...log.damaged, ...tails].flatMap(({ from, to }) =>
    Array.from({ length: to - from + 1 }, (_, i) => from + i),
  );
  const said = new Set(sequences);
  const silent = lost.filter((sequence) => !said.has(sequence));
  findings.figure(`${kind}: silent losses`, silent.length);
  findings.must(silent.length === 0, `${kind}: verify does not name ${silent.slice(0, 10).join()}`);
  const sound = [...said].filter((sequence) => !lost.includes(sequence));
  findings.must(sound.length === 0, `${kind}: verify names ${sound.slice(0, 10).join()}, which are sound`);
}

/**
 * The host that follows, when the tail is lost that it has read; else whoever reads the log from its beginning, and a host that folds its
 * partitions again, where the server itself counts fewer messages than it should have.
 */
export async function noticed(
  system: ChaosSystem,
  { findings }: Trial,
  kind: string,
  lost: readonly number[],
  manager: JetStreamManager,
): Promise<void> {
  const { state } = await manager.streams.info(LOG);
  if (state.last_seq < Math.max(...lost)) {
    const said = await says(system, 'REK_LOG_DAMAGED');
    return findings.must(said, `${kind}: the host that follows has not noticed`);
  }
  const { code, err } = await system.cli.run('replay', '--from-log', '--json');
  findings.must(
    code !== 0 && err.includes('run `rekappa verify`'),
    `${kind}: a rebuild has not noticed: it ended with ${code}`,
  );
  if (state.messages === state.last_seq - state.first_seq + 1) return;
  await withoutCheckpoints(system);
  const said = await says(system, LOST_WITHIN);
  findings.must(said, `${kind}: a host that folds its partitions again has not noticed`);
  findings.did('partitions folded again that miss something', 1);
}

/** Another host in place of the first, for which there are no checkpoints. */
async function withoutCheckpoints(system: ChaosSystem): Promise<void> {
  await system.hosts[0]!.child.kill9();
  const database = new pg.Client({ connectionString: system.servers.databaseUrl });
  await database.connect();
  await database.query('TRUNCATE rekappa_partition, rekappa_actor');
  await database.end();
  await system.replace('actors');
}

async function says(system: ChaosSystem, words: string): Promise<boolean> {
  const said = (): boolean => system.hosts[0]!.lines.some((line) => line.includes(words));
  await until(`the host says ${words}`, said, NOTICED_MS).catch(() => undefined);
  return said();
}

/** Whatever the gateway acknowledges stands where it says; what it cannot take it refuses, with the reason. */
export async function readableAfterwards(
  system: ChaosSystem,
  { findings }: Trial,
  kind: string,
  manager: JetStreamManager,
): Promise<void> {
  for (let i = 0; i < EVENTS_AFTER; i++) {
    const eventId = `after-${i}`;
    const answer = await sent(system, eventId);
    if (typeof answer === 'number') {
      const stored = await manager.streams.getMessage(LOG, { seq: answer }).catch(() => null);
      const there = stored?.string().includes(eventId) ?? false;
      findings.must(there, `${kind}: ${eventId} was acknowledged at ${answer}, and cannot be read there`);
      findings.did('events acknowledged after damage', 1);
    } else {
      findings.must(answer === 'REK_LOG_UNREADABLE', `${kind}: an event afterwards got ${answer}`);
      findings.did('events refused after damage', 1);
    }
  }
}

/** A click, sent until it is acknowledged or refused for as long as the log stays so. @returns its sequence, or the code */
async function sent(system: ChaosSystem, eventId: string): Promise<number | string> {
  const click = { kind: 'interaction', type: 'click', eventId, userId: 'user-0', itemId: 'item-0' };
  const body = JSON.stringify([{ ...click, timestamp: Date.now() }]);
  const headers = { 'content-type': 'application/json' };
  const deadline = performance.now() + NOTICED_MS;
  for (;;) {
    const answer = await fetch(`${system.url()}/v1/events`, { method: 'POST', headers, body });
    if (answer.status === 202) return ((await answer.json()) as { seq: number }).seq;
    const { code } = await refusalOf(answer);
    if (code !== 'REK_LOG_UNAVAILABLE' || performance.now() > deadline) return code;
    await sleep(AGAIN_MS);
  }
}
