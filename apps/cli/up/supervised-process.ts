/**
 * One of our processes, started again when it dies. A restart is said on the console and counted; the process
 * learns the count from REKAPPA_RESTARTS and shows it as a metric.
 */
import { readFileSync } from 'node:fs';
import { launch, withHugePages, type Child, type ExitStatus } from '#embedded';
import { errorMessage, sleep, type Patience } from '#kernel';
import type { UpConsole } from './console.js';
import { parseLogLine } from './log-line.js';
import { DEATHS_MAX, RestartPolicy } from './restart-policy.js';

export interface ProcessPlan {
  name: string;
  /** Of node: the script first. Must contain the marker. */
  args: readonly string[];
  marker: string;
  /** Asked before each start. */
  environment(): Promise<NodeJS.ProcessEnv> | NodeJS.ProcessEnv;
  logFile: string;
  pidFile: string;
  /** Each line it prints. */
  onLine(line: string): void;
  /** Its exit with code 0 is an end, not a death. */
  mayFinish?: boolean;
}

const READY_POLL_MS = 100;
const READY_REQUEST_MS = 2_000;
/** Between two words on how far a start is, ms. */
const SAY_EVERY_MS = 10_000;
const LAST_LINES = 15;

export class SupervisedProcess {
  restarts = 0;
  /** Where it listens, once it has said so. */
  url: string | undefined;
  private child: Child | undefined;
  private stopping = false;
  private readonly policy = new RestartPolicy();

  /** @param onGiveUp called once in a crash loop, with a message for the person who started it */
  constructor(
    readonly plan: ProcessPlan,
    private readonly console: UpConsole,
    private readonly onGiveUp: (message: string) => void,
  ) {}

  async start(): Promise<void> {
    const environment = withHugePages({
      ...process.env,
      ...(await this.plan.environment()),
      REKAPPA_RESTARTS: String(this.restarts),
    });
    this.url = undefined;
    const { name, args, marker, logFile, pidFile } = this.plan;
    const child = await launch({
      name,
      command: process.execPath,
      args,
      marker,
      logFile,
      pidFile,
      env: environment,
      onLine: (line) => this.heard(line),
    });
    this.child = child;
    if (this.stopping) await child.stop(0);
    else void child.exited.then((status) => this.ended(status));
  }

  /** Resolves when /health/ready answers 200; says how far it is when that takes long. @throws Error once the patience is over */
  async ready(patience: Patience): Promise<void> {
    let reached = '';
    let said = performance.now();
    while (!(await this.isReady())) {
      if (this.stopping) return;
      const progress = await this.progress();
      if (progress && progress !== reached) {
        patience.moved();
        if (performance.now() - said > SAY_EVERY_MS) {
          said = performance.now();
          this.console.note(this.plan.name, progress);
        }
        reached = progress;
      }
      if (patience.over)
        throw new Error(
          `${this.plan.name} is not ready, and nothing has come any further for ${patience.ms / 1000} s; see ${this.plan.logFile}`,
        );
      await sleep(READY_POLL_MS);
    }
  }

  async stop(deadlineMs: number): Promise<void> {
    this.stopping = true;
    await this.child?.stop(deadlineMs);
  }

  kill(): void {
    this.stopping = true;
    void this.child?.kill9();
  }

  private heard(line: string): void {
    this.url ??= parseLogLine(line)?.http;
    this.plan.onLine(line);
  }

  private async isReady(): Promise<boolean> {
    if (this.url === undefined) return false;
    return fetch(new URL('/health/ready', this.url), { signal: AbortSignal.timeout(READY_REQUEST_MS) }).then(
      (response) => response.ok,
      () => false,
    );
  }

  /** What /health/startup says is being done, and how far; undefined when it does not answer. */
  private async progress(): Promise<string | undefined> {
    if (this.url === undefined) return undefined;
    try {
      const signal = AbortSignal.timeout(READY_REQUEST_MS);
      const response = await fetch(new URL('/health/startup', this.url), { signal });
      const { progress } = (await response.json()) as { progress: { what: string; fraction: number } };
      return `${progress.what}: ${(100 * progress.fraction).toFixed(1)} %`;
    } catch {
      return undefined; // it may not be up yet, or too busy
    }
  }

  private async ended(status: ExitStatus): Promise<void> {
    if (this.stopping) return;
    const { name, logFile } = this.plan;
    const how = status.signal ?? `exit ${status.code}`;
    if (this.plan.mayFinish && status.code === 0) return this.console.note(name, 'has finished');
    const wait = this.policy.died(performance.now());
    if (wait === undefined) {
      return this.onGiveUp(
        `${name} has died ${DEATHS_MAX} times within a minute (${how}). The end of ${logFile}:\n${lastLines(logFile)}`,
      );
    }
    this.restarts += 1;
    this.console.warn(name, `died (${how}); restart ${this.restarts} in ${wait} ms`);
    await sleep(wait);
    if (!this.stopping) await this.restart();
  }

  private async restart(): Promise<void> {
    const startedAt = performance.now();
    try {
      await this.start();
    } catch (error) {
      return this.onGiveUp(`${this.plan.name} could not be started again: ${errorMessage(error)}`);
    }
    if (this.plan.mayFinish) return;
    const child = this.child;
    while (child === this.child && child?.status === undefined && !this.stopping) {
      if (await this.isReady())
        return this.console.note(
          this.plan.name,
          `is back after ${((performance.now() - startedAt) / 1000).toFixed(1)} s`,
        );
      await sleep(READY_POLL_MS);
    }
  }
}

function lastLines(path: string): string {
  try {
    return readFileSync(path, 'utf8').trimEnd().split('\n').slice(-LAST_LINES).join('\n');
  } catch {
    return '(no log)';
  }
}
