/** Resident memory of processes while something happens: where each began, and the most that it came to. Linux. */
import { readFileSync } from 'node:fs';

const EVERY_MS = 100;
const MEGABYTE = 1_024;

export class MemoryWatch {
  private readonly before = new Map<string, number>();
  private readonly most = new Map<string, number>();
  private readonly timer: NodeJS.Timeout;

  /** @param pids by name */
  constructor(private readonly pids: Readonly<Record<string, number>>) {
    this.look();
    this.timer = setInterval(() => this.look(), EVERY_MS);
  }

  /** @returns growth of each process, MB */
  stop(): Record<string, number> {
    this.look();
    clearInterval(this.timer);
    return Object.fromEntries(
      [...this.most].map(([name, most]) => [name, Math.round(most - this.before.get(name)!)]),
    );
  }

  private look(): void {
    for (const [name, pid] of Object.entries(this.pids)) {
      const now = residentMegabytes(pid);
      if (!this.before.has(name)) this.before.set(name, now);
      this.most.set(name, Math.max(now, this.most.get(name) ?? 0));
    }
  }
}

function residentMegabytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? NaN) / MEGABYTE;
}
