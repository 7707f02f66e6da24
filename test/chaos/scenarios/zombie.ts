/**
 * 3. Two hosts believe that they own a partition. One is stopped or its network freezes for longer than its lease, under
 * load; the other takes over; then the first comes back in mid-write. In every second round it is a `believer`, whose
 * lease checks are switched off: then the epochs alone must refuse it.
 *
 * What the zombie got accepted is counted by others: Postgres notes who writes checkpoints of which epoch, and
 * FEEDBACK shows an older epoch behind a newer one.
 */
import { sleep } from '#kernel';
import { loadSettings } from '#config';
import { connectNats, openTopology } from '#log';
import { FaultProxy, type AppProcess } from '#testkit';
import { storedFeedback } from '../../e2e/actors/stored-feedback.js';
import { auditCheckpoints, type CheckpointAudit } from '../harness/checkpoint-audit.js';
import { LEASE_MS, withSystem, type ChaosSystem } from '../harness/chaos-system.js';
import type { Scenario, Trial } from '../harness/scenario.js';

/** What the new owner has folded and saved before the zombie returns, events. */
const EVENTS_MEANWHILE = 400;

export const zombie: Scenario = {
  name: 'zombie',
  promise: 3,
  about: 'a host that was stopped or cut off beyond its lease gets nothing accepted when it returns',
  rounds: { short: 2, long: 40 },
  mutants: { 'no-fencing': 'neither store nor log compare epochs' },
  run: (trial) =>
    withSystem(trial, { hosts: 1 }, async (system) => {
      const audit = await auditCheckpoints(system.servers.databaseUrl);
      try {
        const load = system.load(trial);
        await load.start();
        for (let round = 0; round < trial.rounds; round++) {
          const believing = round % 2 === 0;
          const frozen = trial.random.below(2) === 0;
          await load.sent(EVENTS_MEANWHILE);
          await oneReturn(system, trial, { round, believing, frozen }, () => load.sent(EVENTS_MEANWHILE));
        }
        await load.stop();
        await judge(system, trial, audit);
        await system.prove(load);
      } finally {
        await audit.close();
      }
    }),
};

interface Round {
  readonly round: number;
  readonly believing: boolean;
  /** Its connection to NATS freezes; else the process is stopped. */
  readonly frozen: boolean;
}

async function oneReturn(
  system: ChaosSystem,
  trial: Trial,
  { round, believing, frozen }: Round,
  meanwhile: () => Promise<void>,
): Promise<void> {
  const proxy = await FaultProxy.before(system.servers.natsUrl);
  const host = await system.add('actors', {
    NATS_URL: proxy.url,
    DATABASE_URL: `${system.servers.databaseUrl}?application_name=zombie-${round}`,
    ...trial.preload(...(believing ? ['believer'] : [])),
  });
  await system.shared(2);
  await meanwhile();
  // Counted from here on: only its way to NATS freezes, so Postgres may refuse it before it returns.
  const before = staleIn(host);
  if (frozen) proxy.freeze();
  else process.kill(host.child.pid, 'SIGSTOP');
  trial.findings.fault(
    `${believing ? 'believer' : 'host'} ${frozen ? 'behind a frozen network' : 'stopped'}`,
  );
  await system.shared(1);
  await meanwhile();
  if (frozen) proxy.heal();
  else process.kill(host.child.pid, 'SIGCONT');
  await meanwhile();
  if (believing) await refused(host, before);
  trial.findings.did('writes of zombies refused', staleIn(host) - before);
  await host.child.kill9();
  await proxy.stop();
  await system.shared(1);
}

/** A believer must have tried: it says so when it is refused. */
async function refused(host: AppProcess, before: number): Promise<void> {
  const deadline = performance.now() + 3 * LEASE_MS;
  while (staleIn(host) === before && performance.now() < deadline) await sleep(100);
}

function staleIn({ lines }: AppProcess): number {
  return lines.filter((line) => line.includes('REK_STALE_EPOCH')).length;
}

async function judge(system: ChaosSystem, { findings }: Trial, audit: CheckpointAudit): Promise<void> {
  const saved = await audit.foreignWrites();
  const emitted = await feedbackOutOfEpoch(system);
  findings.figure('checkpoints of zombies accepted', saved);
  findings.figure('feedback of zombies accepted', emitted);
  findings.must(saved === 0, `${saved} checkpoints were written under an epoch that was over`);
  findings.must(emitted === 0, `${emitted} times feedback of an older epoch stands behind a newer one`);
  findings.enough((findings.work['writes of zombies refused'] ?? 0) > 0, 'no zombie tried to write');
}

async function feedbackOutOfEpoch({ system }: ChaosSystem): Promise<number> {
  const settings = loadSettings(system.environment);
  const nats = await connectNats(settings);
  try {
    const feedback = await storedFeedback(await openTopology(nats, settings));
    return feedback.reduce(
      (sum, { epochs }) => sum + epochs.filter((e, i) => i > 0 && e < epochs[i - 1]!).length,
      0,
    );
  } finally {
    await nats.close();
  }
}
