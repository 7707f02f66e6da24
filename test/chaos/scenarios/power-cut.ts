/**
 * 10. The power fails under load: the server of the log is stopped, its disk copied as it is, and a server started from the copy. With
 * `sync_interval: always` every acknowledged event is there. With NATS's default the loss is measured: a figure, no promise.
 */
import { join } from 'node:path';
import { decodeFrame } from '#events';
import { startNats } from '#embedded';
import { attachTopology, connectNats } from '#log';
import { newerNats } from '#testkit';
import { withSystem } from '../harness/chaos-system.js';
import { DiskImage } from '../harness/disk-image.js';
import { Trial, type Scenario } from '../harness/scenario.js';

const EVENTS_LEAST = 400;
const DURABLE = 'sync_interval: always';
const LIMIT = 'max_file_store: 2GB';

export const powerCut: Scenario = {
  name: 'power-cut',
  promise: 10,
  about:
    'a power cut under load loses nothing acknowledged where NATS syncs each message; else the loss is measured',
  rounds: { short: 1, long: 5 },
  mutants: { 'no-sync': 'NATS has its default sync_interval, two minutes' },
  needs: async () => {
    if ((await newerNats()) === undefined) return 'nats-server 2.10 is not to be had';
    const disk = await DiskImage.mount();
    await disk?.stop();
    return disk ? undefined : 'an image may not be mounted here';
  },
  run: async (trial) => {
    for (let round = 0; round < trial.rounds; round++) {
      for (const compression of ['none', 's2']) {
        const lost = await lossOf(trial, trial.mutant === undefined ? DURABLE : '', compression);
        trial.findings.figure('acknowledged events lost', lost);
        trial.findings.must(lost === 0, `${lost} acknowledged clicks are gone, compression ${compression}`);
      }
      if (trial.mutant === undefined)
        trial.findings.figure('acknowledged events lost with the default', await lossOf(trial, '', 'none'));
    }
  },
};

/** @returns acknowledged clicks that the copied disk does not have */
async function lossOf(trial: Trial, sync: string, compression: string): Promise<number> {
  const disk = (await DiskImage.mount())!;
  const binary = await newerNats();
  const jetstream = `${LIMIT}\n${sync}`;
  let lost = 0;
  try {
    const nats = { storeFolder: join(disk.folder, 'jetstream'), binary, jetstream };
    const environment = { REKAPPA_LOG_COMPRESSION: compression };
    await withSystem(new Trial(trial.seed, trial.rounds), { nats, hosts: 1, environment }, async (system) => {
      const load = system.load(trial);
      await load.start();
      await load.sent(EVENTS_LEAST);
      process.kill(system.servers.nats!.pid, 'SIGSTOP');
      const acknowledged = { ...load.clicks };
      const folder = await disk.cutPower();
      trial.findings.fault('power cut');
      process.kill(system.servers.nats!.pid, 'SIGCONT');
      await load.stop();
      const found = await clicksIn(join(folder, 'jetstream'), system.servers.folder, binary!);
      const clicks = Object.values(acknowledged).reduce((sum, n) => sum + n, 0);
      trial.findings.did('acknowledged clicks before a cut', clicks);
      for (const [user, n] of Object.entries(acknowledged)) lost += Math.max(0, n - (found.get(user) ?? 0));
    });
  } finally {
    await disk.stop();
  }
  return lost;
}

/** Clicks of each user in the log of that store. */
async function clicksIn(storeFolder: string, work: string, binary: string): Promise<Map<string, number>> {
  const nats = await startNats({ folder: join(work, 'after'), storeFolder, binary, jetstream: LIMIT });
  const connection = await connectNats({ natsUrl: nats.url });
  const ids = new Map<string, Set<string>>();
  try {
    const settings = { namespace: 'default', log: { inFlightMax: 1, ackTimeoutMs: 5_000 } };
    const { log } = await attachTopology(connection, settings);
    const head = await log.head();
    if (head > 0)
      for await (const batch of log.read({ from: 1, until: head }))
        for (const { payload } of batch)
          for (const entry of decodeFrame(payload))
            if ('event' in entry && entry.event.kind === 'interaction') {
              const { userId, eventId } = entry.event;
              ids.set(userId, (ids.get(userId) ?? new Set<string>()).add(eventId));
            }
  } catch (error) {
    process.stderr.write(`the copied log cannot be read: ${String(error)}\n`); // then all of it is lost
  } finally {
    await connection.close();
    await nats.stop();
  }
  return new Map([...ids].map(([user, clicks]) => [user, clicks.size]));
}
