/**
 * Where a process stands: starting (with replay progress) → ready → draining. The app's shell moves it;
 * the health endpoints read it. Conditions are named facts that must hold for readiness
 * (`nats connected`); a process that lost one is not ready, but not dead either.
 */
export interface StartupProgress {
  /** What is being done, in a word or two: `replaying the log`. */
  what: string;
  done: number;
  total: number;
}

export type HealthPhase = 'starting' | 'ready' | 'draining';

export class HealthState {
  private current: HealthPhase = 'starting';
  private startup: StartupProgress = { what: 'starting', done: 0, total: 0 };
  private readonly conditions = new Map<string, () => boolean>();
  private readonly watched = new Map<string, () => boolean>();

  get phase(): HealthPhase {
    return this.current;
  }

  get progress(): StartupProgress & { fraction: number } {
    const { done, total } = this.startup;
    return {
      ...this.startup,
      fraction: this.current === 'starting' ? (total > 0 ? Math.min(1, done / total) : 0) : 1,
    };
  }

  /** Reports start-up progress. A process that was ready and must catch up again may go back to it. */
  starting(progress?: StartupProgress): void {
    if (this.current === 'draining') return;
    this.current = 'starting';
    if (progress) this.startup = progress;
  }

  ready(): void {
    if (this.current !== 'draining') this.current = 'ready';
  }

  /** For good: a draining process never becomes ready again. */
  draining(): void {
    this.current = 'draining';
  }

  /** Readiness also needs this to hold. Asked on every probe: it must be quick and not throw. */
  require(name: string, holds: () => boolean): void {
    this.conditions.set(name, holds);
  }

  /** Worth reporting when it does not hold, but the process still serves: shown as `impaired`. */
  watch(name: string, holds: () => boolean): void {
    this.watched.set(name, holds);
  }

  /** Names of what is watched and does not hold. */
  impaired(): string[] {
    return [...this.watched].filter(([, holds]) => !holds()).map(([name]) => name);
  }

  /** Names of the conditions that do not hold. */
  missing(): string[] {
    return [...this.conditions].filter(([, holds]) => !holds()).map(([name]) => name);
  }

  isReady(): boolean {
    return this.current === 'ready' && this.missing().length === 0;
  }
}
