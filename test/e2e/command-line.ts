/** `rekappa` against a system under test: runs commands as a person would, in a process of their own. */
import { execFile } from 'node:child_process';
import { until, type RunningSystem } from '#testkit';

/** Longer than the windows of these tests stay open behind the last event, with the tick that closes them. */
const QUIET_MS = 4_000;
const POLL_MS = 1_000;
/** For a backlog of thousands of events on a busy machine. */
const QUIET_WITHIN_MS = 120_000;

export interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Status {
  log: { head: number; feedbackHead: number };
  hosts: { modelVersion: string; partitions: { position: number }[] }[];
  /** `held`: samples that wait for a click in their list. */
  learner: { version: string; sequence: number; samples: number; held: number };
}

export class CommandLine {
  /** What its processes are given beside the system's environment. */
  nodeOptions = '';

  constructor(private readonly system: () => RunningSystem) {}

  run(...args: string[]): Promise<Run> {
    const { environment, gateway } = this.system();
    const env = { ...process.env, ...environment, REKAPPA_URL: gateway.url, NODE_OPTIONS: this.nodeOptions };
    return new Promise((resolve) => {
      execFile(
        process.execPath,
        ['dist/apps/cli/main.js', ...args],
        { env, maxBuffer: 1 << 26 },
        (error, out, err) => {
          resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err });
        },
      );
    });
  }

  /** @throws Error when the command fails */
  async json<T>(...args: string[]): Promise<T> {
    const { code, out, err } = await this.run(...args, '--json');
    if (code !== 0) throw new Error(`rekappa ${args.join(' ')} ended with ${code}: ${err}${out}`);
    return JSON.parse(out) as T;
  }

  /** Resolves when everything is folded, every window closed, everything learnt. */
  async settled(): Promise<Status> {
    let status: Status | undefined;
    let before = '';
    let since = 0;
    const quiet = async (): Promise<boolean> => {
      const { code, out } = await this.run('status', '--json');
      if (code !== 0) return false; // a partition is between two hosts
      status = JSON.parse(out) as Status;
      const now = `${status.log.head}/${status.log.feedbackHead}/${status.learner.sequence}`;
      if (now !== before) [before, since] = [now, performance.now()];
      return status.learner.sequence === status.log.feedbackHead && performance.now() - since > QUIET_MS;
    };
    await until('the system is quiet', quiet, QUIET_WITHIN_MS, POLL_MS);
    return status!;
  }
}
