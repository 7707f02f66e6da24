/** How much memory processes take, their children included. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly residentKb: number;
}

/**
 * Of these processes and all below them, MB: their proportional set sizes where the system tells them (Linux), so that pages that
 * several share, as Postgres's buffers, count once; elsewhere their resident sets.
 */
export function megabytesOf(pids: readonly number[]): number {
  const all = runningProcesses();
  const counted = new Set(pids);
  for (let before = 0; before < counted.size;) {
    before = counted.size;
    for (const { pid, parent } of all) if (counted.has(parent)) counted.add(pid);
  }
  const kilobytes = all
    .filter(({ pid }) => counted.has(pid))
    .reduce((sum, each) => sum + (proportionalKb(each.pid) ?? each.residentKb), 0);
  return kilobytes / 1_024;
}

function runningProcesses(): Process[] {
  const lines = execFileSync('ps', ['-e', '-o', 'pid=,ppid=,rss='], { encoding: 'utf8' }).trim().split('\n');
  return lines.map((line) => {
    const [pid, parent, residentKb] = line.trim().split(/\s+/).map(Number) as [number, number, number];
    return { pid, parent, residentKb };
  });
}

function proportionalKb(pid: number): number | undefined {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    return Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1]);
  } catch {
    return undefined; // another system, or gone meanwhile
  }
}
