/**
 * A child process with a pid file, a log file and an end that can be relied on.
 *
 * It runs in a session of its own, so that Ctrl-C in a terminal reaches only the parent, which then stops its
 * children in order. It dies with the parent where the system can do that (Linux with setpriv), even when the
 * parent is killed; elsewhere the next start finds it by its pid file.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { appendFileSync, closeSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { kill, removePidFile, writePidFile } from './pid-file.js';

/** A log file larger than this at start is kept as `.1`, and a new one begun, bytes. */
const LOG_BYTES_MAX = 10_000_000;
/** From SIGTERM to SIGKILL, ms. */
const STOP_MS = 8_000;

export interface LaunchOptions {
  name: string;
  command: string;
  args: readonly string[];
  /** Put before the command; must end in an exec of it (`setpriv …`, `unshare … --`). */
  wrapper?: readonly string[];
  /** Whom to run it as; only root can choose. */
  user?: { uid: number; gid: number };
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  logFile: string;
  pidFile: string;
  /** See pid-file.ts. */
  marker: string;
  /** The polite way to end it; default SIGTERM. */
  stopSignal?: NodeJS.Signals;
  /** Gets each line of stdout and stderr, which then also pass through this process on their way to the log file. */
  onLine?: (line: string) => void;
}

export interface ExitStatus {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface Child {
  readonly name: string;
  readonly pid: number;
  /** undefined while it runs. */
  readonly status: ExitStatus | undefined;
  readonly exited: Promise<ExitStatus>;
  /** Signal, wait, SIGKILL after the deadline. Safe to call twice. */
  stop(deadlineMs?: number): Promise<ExitStatus>;
  kill9(): Promise<ExitStatus>;
}

/** How to end the children that run now, should this process end without stopping them. */
const running = new Set<() => void>();
process.once('exit', () => running.forEach((end) => end()));

/** @throws when the command cannot be executed. */
export async function launch(options: LaunchOptions): Promise<Child> {
  const stopSignal = options.stopSignal ?? 'SIGTERM';
  const child = await start(options, stopSignal);
  const pid = child.pid!; // `spawn` was emitted
  writePidFile(options.pidFile, { pid, marker: options.marker });
  const endWithParent = (): void => kill(pid, stopSignal);
  running.add(endWithParent);

  let status: ExitStatus | undefined;
  const exited = new Promise<ExitStatus>((resolve) => {
    child.once('exit', (code, signal) => {
      status = { code, signal };
      running.delete(endWithParent);
      removePidFile(options.pidFile);
      resolve(status);
    });
  });
  const signal = (name: NodeJS.Signals): void => {
    if (status === undefined) kill(pid, name);
  };
  return {
    name: options.name,
    pid,
    get status() {
      return status;
    },
    exited,
    stop: async (deadlineMs = STOP_MS) => {
      signal(stopSignal);
      const late = Symbol('late');
      if ((await Promise.race([exited, expire(deadlineMs, late)])) === late) signal('SIGKILL');
      return exited;
    },
    kill9: () => {
      signal('SIGKILL');
      return exited;
    },
  };
}

async function start(options: LaunchOptions, stopSignal: NodeJS.Signals): Promise<ChildProcess> {
  mkdirSync(dirname(options.logFile), { recursive: true });
  turnLog(options.logFile);
  const log = openSync(options.logFile, 'a');
  try {
    const [command, ...args] = [
      ...(options.wrapper ?? []),
      ...endsWithParent(stopSignal),
      options.command,
      ...options.args,
    ];
    const child = spawn(command!, args, {
      ...options.user,
      cwd: options.cwd,
      env: options.env ?? process.env,
      detached: true,
      stdio: options.onLine ? ['ignore', 'pipe', 'pipe'] : ['ignore', log, log],
    });
    if (options.onLine) passLines(child, options.logFile, options.onLine);
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    return child;
  } finally {
    closeSync(log);
  }
}

function passLines(child: ChildProcess, logFile: string, onLine: (line: string) => void): void {
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream! }).on('line', (line) => {
      appendFileSync(logFile, `${line}\n`);
      onLine(line);
    });
  }
}

function turnLog(path: string): void {
  try {
    if (statSync(path).size > LOG_BYTES_MAX) renameSync(path, `${path}.1`);
  } catch {
    // there is none yet
  }
}

let parentDeathSignal: boolean | undefined;

/** The last wrapper before the command, since a change of user or namespace would clear the parent-death signal. */
function endsWithParent(signal: NodeJS.Signals): string[] {
  parentDeathSignal ??=
    process.platform === 'linux' && spawnSync('setpriv', ['--pdeathsig', 'TERM', 'true']).status === 0;
  return parentDeathSignal ? ['setpriv', '--pdeathsig', signal.replace('SIG', '')] : [];
}

function expire<T>(ms: number, value: T): Promise<T> {
  return new Promise((resolve) => setTimeout(resolve, ms, value).unref());
}
