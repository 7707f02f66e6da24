/**
 * 5. What is stored in Postgres is damaged while the apps are down, in every way that we know, one a round: a start must
 * notice each, say so, do without it, and arrive at the bytes that the log makes.
 */
import pg from 'pg';
import { until, type AppProcess } from '#testkit';
import { PARTITIONS, withSystem, type ChaosSystem } from '../harness/chaos-system.js';
import type { Load } from '../harness/load.js';
import type { Scenario, Trial } from '../harness/scenario.js';

const EVENTS_BETWEEN = 300;
/** Users are loaded, and checked, when their events come. */
const NOTICED_MS = 15_000;

interface Damage {
  /** $1: the partition, or how many newer snapshots there are. */
  readonly sql: string;
  readonly of: 'checkpoint' | 'snapshot';
}

const SNAPSHOT = `(SELECT id FROM rekappa_snapshot ORDER BY sequence DESC, serial DESC LIMIT 1 OFFSET $1)`;
const CHUNK = `UPDATE rekappa_snapshot_chunk SET bytes =`;
const A_USER = `(SELECT user_id FROM rekappa_actor WHERE partition = $1 ORDER BY user_id LIMIT 1)`;
const flipped = (column: string): string =>
  `set_byte(${column}, length(${column}) / 2, get_byte(${column}, length(${column}) / 2) # 16)`;
const halved = (column: string): string => `substring(${column} FROM 1 FOR length(${column}) / 2)`;

const DAMAGES: Readonly<Record<string, Damage>> = {
  'checkpoint flipped': checkpoint(
    `UPDATE rekappa_partition SET state = ${flipped('state')} WHERE partition = $1`,
  ),
  'checkpoint truncated': checkpoint(
    `UPDATE rekappa_partition SET state = ${halved('state')} WHERE partition = $1`,
  ),
  'checkpoint emptied': checkpoint(`UPDATE rekappa_partition SET state = '' WHERE partition = $1`),
  'checkpoint from a future version': checkpoint(
    `UPDATE rekappa_partition SET format = 99 WHERE partition = $1`,
  ),
  'checkpoint of another sequence': checkpoint(
    `UPDATE rekappa_partition SET sequence = sequence - 1 WHERE partition = $1`,
  ),
  'user flipped': checkpoint(
    `UPDATE rekappa_actor SET state = ${flipped('state')} WHERE partition = $1 AND user_id = ${A_USER}`,
  ),
  'user truncated': checkpoint(
    `UPDATE rekappa_actor SET state = ${halved('state')} WHERE partition = $1 AND user_id = ${A_USER}`,
  ),
  'user emptied': checkpoint(
    `UPDATE rekappa_actor SET state = '' WHERE partition = $1 AND user_id = ${A_USER}`,
  ),
  'snapshot flipped': snapshot(`${CHUNK} ${flipped('bytes')} WHERE snapshot_id = ${SNAPSHOT} AND index = 0`),
  'snapshot truncated': snapshot(`${CHUNK} ${halved('bytes')} WHERE snapshot_id = ${SNAPSHOT} AND index = 0`),
  'snapshot emptied': snapshot(`${CHUNK} '' WHERE snapshot_id = ${SNAPSHOT}`),
  'snapshot from a future version': snapshot(
    `UPDATE rekappa_snapshot SET format = 99 WHERE id = ${SNAPSHOT}`,
  ),
  'snapshot cut off mid-write': snapshot(
    `UPDATE rekappa_snapshot SET complete = false WHERE id = ${SNAPSHOT}`,
  ),
  'snapshot without a chunk': snapshot(
    `DELETE FROM rekappa_snapshot_chunk WHERE snapshot_id = ${SNAPSHOT} AND index = 0`,
  ),
  'snapshot of another header': snapshot(
    `UPDATE rekappa_snapshot SET header = replace(header, ':1', ':2') WHERE id = ${SNAPSHOT}`,
  ),
  'snapshot of another sequence': snapshot(
    `UPDATE rekappa_snapshot SET sequence = sequence - 1 WHERE id = ${SNAPSHOT}`,
  ),
};

export const damage: Scenario = {
  name: 'damage',
  promise: 5,
  about: 'damaged checkpoints and snapshots are noticed, reported and skipped, and the log fills in',
  rounds: { short: 3, long: 16 },
  mutants: { 'no-checksums': 'checkpoints and snapshots are believed as they are read' },
  run: (trial) =>
    withSystem(trial, { hosts: 1 }, async (system) => {
      const load = system.load(trial);
      const database = new pg.Client({ connectionString: system.servers.databaseUrl });
      await database.connect();
      let noticed = 0;
      const plan = planOf(trial);
      try {
        await load.start();
        let since = new Date(0);
        for (const names of plan) {
          await load.sent(EVENTS_BETWEEN);
          await stored(database, names.filter((name) => DAMAGES[name]!.of === 'snapshot').length, since);
          since = (await database.query<{ now: Date }>('SELECT now()')).rows[0]!.now;
          noticed += await oneStart(system, trial, load, database, names);
        }
        await load.stop();
      } finally {
        await database.end();
      }
      const made = plan.flat().length;
      trial.findings.figure('damage noticed %', (100 * noticed) / made);
      trial.findings.must(noticed === made, `${made - noticed} of ${made} kinds of damage went unnoticed`);
      await system.prove(load);
    }),
};

function checkpoint(sql: string): Damage {
  return { sql, of: 'checkpoint' };
}
function snapshot(sql: string): Damage {
  return { sql, of: 'snapshot' };
}

/** What is damaged before each start: in the long run every kind alone; in the short one all kinds, a few at once. */
function planOf(trial: Trial): string[][] {
  const names = Object.keys(DAMAGES);
  const starts = trial.rounds < names.length ? trial.rounds : names.length;
  const plan: string[][] = Array.from({ length: starts }, () => []);
  names.forEach((name, i) => plan[i % starts]!.push(name));
  return plan;
}

/**
 * Resolves when every partition has a checkpoint with users, and there are more snapshots than will be damaged: whole ones, of after
 * `since`, when the last were damaged.
 */
async function stored(database: pg.Client, damagedSnapshots: number, since: Date): Promise<void> {
  await until(
    'checkpoints and snapshots are stored',
    async () => {
      const { rows } = await database.query<{ partitions: string; snapshots: string }>(
        `
        SELECT (SELECT count(DISTINCT partition) FROM rekappa_actor) AS partitions,
               (SELECT count(*) FROM rekappa_snapshot WHERE complete AND created_at > $1) AS snapshots`,
        [since],
      );
      return Number(rows[0]!.partitions) === PARTITIONS && Number(rows[0]!.snapshots) > damagedSnapshots;
    },
    60_000,
    100,
  );
}

/** Stops both readers, damages, starts them again. @returns how many kinds of damage were noticed */
async function oneStart(
  system: ChaosSystem,
  { findings }: Trial,
  load: Load,
  database: pg.Client,
  names: readonly string[],
): Promise<number> {
  await Promise.all([system.hosts[0]!.child.kill9(), system.learner.child.kill9()]);
  const damaged = { checkpoint: 0, snapshot: 0 };
  for (const name of names) {
    const { sql, of } = DAMAGES[name]!;
    const { rowCount } = await database.query(sql, [damaged[of]++]);
    findings.enough(rowCount! > 0, `${name}: nothing was there to be damaged`);
    findings.fault(name);
  }
  system.hosts.length = 0;
  const starting = Promise.all([system.add('actors'), system.add('learner')]);
  await findings.mustCome(starting);
  const [host, learner] = await starting;
  await load.sent(EVENTS_BETWEEN);
  const partitions = () => reported(host, 'REK_SNAPSHOT_INVALID', 'partition');
  const snapshots = () => reported(learner, 'invalid snapshot', 'reason');
  await until(
    'all damage is noticed',
    () => partitions() >= damaged.checkpoint && snapshots() >= damaged.snapshot,
    NOTICED_MS,
  ).catch(() => undefined); // what was not counts below
  return Math.min(damaged.checkpoint, partitions()) + Math.min(damaged.snapshot, snapshots());
}

/** How many different values `field` has in the lines with `text`. */
function reported({ lines }: AppProcess, text: string, field: string): number {
  const values = lines
    .filter((line) => line.includes(text))
    .map((line) => JSON.stringify((JSON.parse(line) as Record<string, unknown>)[field]));
  return new Set(values).size;
}
