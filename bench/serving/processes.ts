/** Processor time of other processes and of what they started, from /proc (Linux). */
import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks a second of /proc/<pid>/stat: 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

export type CpuSeconds = Readonly<Record<string, number>>;

/** @param pids of each name; the time of all their descendants is added. @returns seconds so far; empty where there is no /proc */
export function cpuSeconds(pids: Readonly<Record<string, number>>): CpuSeconds {
  const processes = allProcesses();
  const of = (pid: number): number =>
    (processes.get(pid)?.seconds ?? 0) +
    [...processes].reduce((sum, [child, { parent }]) => (parent === pid ? sum + of(child) : sum), 0);
  if (processes.size === 0) return {};
  return Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, of(pid)]));
}

function allProcesses(): Map<number, { parent: number; seconds: number }> {
  const found = new Map<number, { parent: number; seconds: number }>();
  try {
    for (const entry of readdirSync('/proc')) {
      if (!/^\d+$/.test(entry)) continue;
      const stat = statOf(entry);
      if (stat) found.set(Number(entry), stat);
    }
  } catch {
    // No /proc: nothing to tell.
  }
  return found;
}

function statOf(pid: string): { parent: number; seconds: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in brackets, may hold anything; state, ppid, ... follow it.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return {
      parent: Number(fields[1]),
      seconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
    };
  } catch {
    return undefined;
  }
}
