/** `rekappa doctor`: is everything here that Rekappa needs, and is it set up as it should be? */
import { statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Command } from 'commander';
import { errorMessage } from '#kernel';
import { attachTopology, connectNats, managerOf, replicaDifference } from '#log';
import { openStore } from '#store';
import type { Settings } from '#config';
import { connectedSettings, dataOption, readConnection } from '../connection.js';
import { isSupportedNode, NODE_MINIMUM } from '../own-package.js';
import { CliError } from '../terminal/exit.js';
import { printJson, printLine } from '../terminal/print.js';

const DISK_FREE_BYTES_MIN = 2 * 1024 ** 3;

type Verdict = 'ok' | 'note' | 'bad';
interface Finding {
  readonly verdict: Verdict;
  readonly subject: string;
  readonly detail: string;
}

export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description(
      'Check Node, server binaries, connections, streams, partition count and disk; creates nothing. Exit code 1 when something is bad.',
    )
    .option('--json', 'print as JSON', false)
    .addOption(dataOption())
    .addHelpText('after', '\nExample:\n  rekappa doctor')
    .action(async (options: { json: boolean; data: string }) => {
      const findings = await examine(options.data);
      if (options.json) printJson(findings);
      else
        for (const { verdict, subject, detail } of findings)
          printLine(`${verdict.padEnd(4)}  ${subject}: ${detail}`);
      const bad = findings.filter((finding) => finding.verdict === 'bad');
      if (bad.length > 0)
        throw new CliError(
          `${bad.length} of ${findings.length} checks failed: ${bad.map((f) => f.subject).join(', ')}`,
        );
    });
}

export async function examine(dataFolder: string): Promise<Finding[]> {
  const findings = [
    node(),
    await binary('nats-server', 'note'),
    await binary('redis-server', 'note'),
    await disk(dataFolder),
  ];
  const connected = (await readConnection(dataFolder)) ?? process.env.NATS_URL;
  if (!connected)
    return [
      ...findings,
      {
        verdict: 'note',
        subject: 'deployment',
        detail: `nothing runs from ${resolve(dataFolder)}, and NATS_URL is not set`,
      },
    ];
  const settings = await connectedSettings(dataFolder);
  return [...findings, ...(await streams(settings)), await database(settings)];
}

function node(): Finding {
  const { node } = process.versions;
  return {
    verdict: isSupportedNode(node) ? 'ok' : 'bad',
    subject: 'Node',
    detail: `${node}; ${NODE_MINIMUM} or newer is needed`,
  };
}

/** Not finding one is no fault: `rekappa up` gets its own, and real services may run elsewhere. */
async function binary(name: string, missing: Verdict): Promise<Finding> {
  try {
    const { stdout } = await promisify(execFile)(name, ['--version']);
    return { verdict: 'ok', subject: name, detail: stdout.trim().split('\n')[0]! };
  } catch {
    return {
      verdict: missing,
      subject: name,
      detail: 'not on the PATH; `rekappa up` looks for one of its own',
    };
  }
}

async function disk(dataFolder: string): Promise<Finding> {
  let folder = resolve(dataFolder);
  for (;;) {
    try {
      const { bavail, bsize } = await statfs(folder);
      const free = bavail * bsize;
      return {
        verdict: free >= DISK_FREE_BYTES_MIN ? 'ok' : 'bad',
        subject: 'disk',
        detail: `${(free / 1024 ** 3).toFixed(1)} GiB free at ${folder}; ${DISK_FREE_BYTES_MIN / 1024 ** 3} GiB are needed`,
      };
    } catch (error) {
      if (folder === dirname(folder))
        return { verdict: 'note', subject: 'disk', detail: errorMessage(error) };
      folder = dirname(folder);
    }
  }
}

async function streams(settings: Settings): Promise<Finding[]> {
  try {
    const connection = await connectNats({ natsUrl: settings.natsUrl, name: 'rekappa-doctor' });
    try {
      const topology = await attachTopology(connection, settings);
      const version = connection.info?.version ?? 'of an unknown version';
      return [
        {
          verdict: 'ok',
          subject: 'NATS',
          detail: `server ${version}, ${topology.partitions} partitions, log at ${await topology.log.head()}`,
        },
        ...partitions(topology.partitions, settings.log.partitions),
        ...replicas(await replicaDifference(await managerOf(connection), settings.namespace, settings.log)),
      ];
    } finally {
      await connection.close();
    }
  } catch (error) {
    return [{ verdict: 'bad', subject: 'NATS', detail: errorMessage(error) }];
  }
}

/** No app starts with another count than that of the log. */
function partitions(recorded: number, wanted: number): Finding[] {
  if (recorded === wanted) return [];
  return [
    {
      verdict: 'bad',
      subject: 'partitions',
      detail: `the log was created with ${recorded}, the setting says ${wanted}: set REKAPPA_LOG_PARTITIONS=${recorded}`,
    },
  ];
}

/** No fault by itself: an operator may have changed them at the server. */
function replicas(difference: string | undefined): Finding[] {
  return difference === undefined ? [] : [{ verdict: 'note', subject: 'replicas', detail: difference }];
}

async function database(settings: Settings): Promise<Finding> {
  try {
    const store = await openStore(settings.databaseUrl, {
      namespace: settings.namespace,
      connectAttempts: 1,
    });
    try {
      await store.ping();
      const snapshots = await store.snapshots.list(settings.model.name);
      return {
        verdict: 'ok',
        subject: 'Postgres',
        detail: `${snapshots.length} snapshots of model ${settings.model.name}`,
      };
    } finally {
      await store.close();
    }
  } catch (error) {
    return { verdict: 'bad', subject: 'Postgres', detail: errorMessage(error) };
  }
}
