/** What the three servers share: one folder each, a remembered port, a start that ends the leftover of a killed run. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError, errorMessage, retry, sleep } from '#kernel';
import { launch, type Child, type LaunchOptions } from './child.js';
import { freePortPreferring } from './free-port.js';
import { endLeftover } from './pid-file.js';

export interface EmbeddedServer {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly folder: string;
  /** Resolves when the process has ended, for whatever reason. */
  readonly exited: Promise<unknown>;
  /** Resolves when it does its work, or is being started. @throws while it does not */
  answers(): Promise<void>;
  /** Politely, then by force; nothing is left running. */
  stop(deadlineMs?: number): Promise<void>;
  /** As a crash would. */
  kill9(): Promise<void>;
  /** Starts it again on the same port with the same data, after stop() or kill9(). */
  restart(): Promise<void>;
}

export interface ServerPlan {
  name: string;
  folder: string;
  /** Explicit port; otherwise that of the last run if it is free, else a free one. */
  port?: number;
  readyMs: number;
  url(port: number): string;
  /** What to run, given the port. Called again at each restart. */
  launch(
    port: number,
  ):
    | Omit<LaunchOptions, 'name' | 'logFile' | 'pidFile'>
    | Promise<Omit<LaunchOptions, 'name' | 'logFile' | 'pidFile'>>;
  /** Resolves when the server answers; throws while it does not. */
  probe(port: number): Promise<void>;
  /** Resolves when the server does its work, which may be more than to answer. Default: `probe`. */
  liveness?(port: number): Promise<void>;
  stopSignal?: NodeJS.Signals;
  /** After a leftover was ended, before the launch. */
  prepare?(): void | Promise<void>;
}

const PROBE_EVERY_MS = 20;
const LAUNCH_RETRY = { attempts: 4, baseMs: 500, capMs: 2_000 };
const LOG_TAIL_LINES = 12;

export async function startServer(plan: ServerPlan): Promise<EmbeddedServer> {
  mkdirSync(plan.folder, { recursive: true });
  const pidFile = join(plan.folder, `${plan.name}.pid`);
  const portFile = join(plan.folder, `${plan.name}.port`);
  const logFile = join(plan.folder, `${plan.name}.log`);
  let port = 0;
  let child: Child;
  let starting = false;

  const begin = async (): Promise<void> => {
    await endLeftover(pidFile, plan.stopSignal);
    await plan.prepare?.();
    child = await launch({
      stopSignal: plan.stopSignal,
      ...(await plan.launch(port)),
      name: plan.name,
      pidFile,
      logFile,
    });
    await ready(plan, child, port, logFile);
    writeFileSync(portFile, `${port}\n`);
  };
  // A server that ends at once may have lost its port, or wait for the last child of its killed predecessor.
  const retrying = (choosePort: (attempt: number) => number | Promise<number>): Promise<void> =>
    retry(
      async (attempt) => {
        port = await choosePort(attempt);
        await begin();
      },
      { ...LAUNCH_RETRY, retryable: (error) => error instanceof EndedAtStart },
    );

  await retrying(
    (attempt) => plan.port ?? freePortPreferring(attempt === 1 ? remembered(portFile) : undefined),
  );
  return {
    url: plan.url(port),
    port,
    folder: plan.folder,
    get pid() {
      return child.pid;
    },
    get exited() {
      return child.exited;
    },
    answers: () => (starting ? Promise.resolve() : (plan.liveness ?? plan.probe)(port)),
    stop: async (deadlineMs) => void (await child.stop(deadlineMs)),
    kill9: async () => void (await child.kill9()),
    restart: async () => {
      await child.exited;
      starting = true;
      await retrying(() => port).finally(() => (starting = false));
    },
  };
}

async function ready(plan: ServerPlan, child: Child, port: number, logFile: string): Promise<void> {
  const deadline = performance.now() + plan.readyMs;
  for (;;) {
    try {
      await plan.probe(port);
      if (child.status === undefined) return;
    } catch (error) {
      if (performance.now() > deadline) {
        await child.stop();
        throw new AppError(
          'REK_SERVER_UNAVAILABLE',
          report(plan, `did not answer within ${plan.readyMs / 1000} s (${errorMessage(error)})`, logFile),
        );
      }
    }
    if (child.status !== undefined)
      throw new EndedAtStart(
        'REK_SERVER_UNAVAILABLE',
        report(plan, `ended at its start (${child.status.signal ?? `exit ${child.status.code}`})`, logFile),
      );
    await sleep(PROBE_EVERY_MS);
  }
}

class EndedAtStart extends AppError {}

function report(plan: ServerPlan, what: string, logFile: string): string {
  return `${plan.name} ${what}. The end of ${logFile}:\n${tail(logFile)}`;
}

function remembered(portFile: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(portFile, 'utf8'), 10) || undefined;
  } catch {
    return undefined;
  }
}

function tail(path: string): string {
  try {
    return readFileSync(path, 'utf8').trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n');
  } catch {
    return '(no log)';
  }
}
