/**
 * Pid files that can be trusted after a crash: a process counts as ours only while it is alive, its command line
 * contains the marker written beside its pid, and (Linux) it started when the file says. A reused pid therefore
 * never gets somebody else killed.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { until } from '#kernel';

export interface PidRecord {
  pid: number;
  /** A part of the command line that only this process has, such as its data folder. */
  marker: string;
  /** When the process started, as the system tells it; absent where it does not, or when it is not known. */
  started?: string;
}

/** From SIGTERM (or the signal given) to SIGKILL for what an earlier run left behind, ms. */
const LEFTOVER_STOP_MS = 5_000;
const KILL_WAIT_MS = 5_000;

export function writePidFile(path: string, record: PidRecord): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, `${JSON.stringify({ started: startOf(record.pid), ...record })}\n`);
  renameSync(`${path}.new`, path);
}

/** @returns undefined when there is none, or when it is unreadable: then nothing can be concluded from it. */
export function readPidFile(path: string): PidRecord | undefined {
  try {
    const record = JSON.parse(readFileSync(path, 'utf8')) as Partial<PidRecord>;
    return Number.isInteger(record.pid) && typeof record.marker === 'string'
      ? (record as PidRecord)
      : undefined;
  } catch {
    return undefined;
  }
}

export function removePidFile(path: string): void {
  rmSync(path, { force: true });
}

export function isRunning({ pid, marker, started }: PidRecord): boolean {
  return commandLine(pid).includes(marker) && (started === undefined || started === startOf(pid));
}

/** The record of this process. */
export function ownRecord(): PidRecord {
  return { pid: process.pid, marker: commandLine(process.pid).trim(), started: startOf(process.pid) };
}

/**
 * Ends the process that an earlier run left behind, if it still runs, and removes the pid file.
 * @returns whether there was one.
 */
export async function endLeftover(path: string, signal: NodeJS.Signals = 'SIGTERM'): Promise<boolean> {
  const record = readPidFile(path);
  const running = record !== undefined && isRunning(record);
  if (running) await end(record, signal);
  removePidFile(path);
  return running;
}

async function end(record: PidRecord, signal: NodeJS.Signals): Promise<void> {
  const gone = (): boolean => !isRunning(record);
  kill(record.pid, signal);
  try {
    await until(`process ${record.pid} has stopped`, gone, LEFTOVER_STOP_MS);
  } catch {
    kill(record.pid, 'SIGKILL');
    await until(`process ${record.pid} is gone`, gone, KILL_WAIT_MS);
  }
}

/** Sends a signal; a process that is already gone is fine. */
export function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Empty for a process that does not exist, or that is a zombie. */
function commandLine(pid: number): string {
  try {
    if (process.platform === 'linux')
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return '';
  }
}

/** Clock ticks since boot: field 22 of /proc/<pid>/stat, counted after the name, which may hold anything. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
