/**
 * The graceful end of a process, in one order for all apps:
 *
 *     not ready → intake (stop accepting, finish what runs) → drain (flush what is queued)
 *               → checkpoint → release (leases) → disconnect
 *
 * Providers register steps; runs when Nest closes, before its HTTP server does, so that probes see
 * the process draining. A failing step is logged and does not keep the later ones from running.
 * Steps of one phase run together.
 */
import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { HealthState } from './health-state.js';
import type { Logger } from './logger.js';
import { LOGGER } from './tokens.js';

export const SHUTDOWN_PHASES = ['intake', 'drain', 'checkpoint', 'release', 'disconnect'] as const;
export type ShutdownPhase = (typeof SHUTDOWN_PHASES)[number];

interface Step {
  phase: ShutdownPhase;
  name: string;
  run: () => unknown;
}

@Injectable()
export class ShutdownSequence implements BeforeApplicationShutdown {
  private readonly steps: Step[] = [];
  private running: Promise<void> | undefined;

  constructor(
    @Inject(HealthState) private readonly health: HealthState,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  step(phase: ShutdownPhase, name: string, run: () => unknown): void {
    this.steps.push({ phase, name, run });
  }

  /** Runs once; later calls wait for the same run. Never rejects. */
  run(): Promise<void> {
    this.running ??= this.runPhases();
    return this.running;
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.run();
  }

  private async runPhases(): Promise<void> {
    this.health.draining();
    for (const phase of SHUTDOWN_PHASES) {
      await Promise.all(this.steps.filter((step) => step.phase === phase).map((step) => this.runStep(step)));
    }
  }

  private async runStep({ phase, name, run }: Step): Promise<void> {
    const startedAt = performance.now();
    try {
      await run();
      this.logger.info(
        { phase, step: name, ms: Math.round(performance.now() - startedAt) },
        'shutdown step done',
      );
    } catch (error) {
      this.logger.error({ phase, step: name, err: error }, 'shutdown step failed');
    }
  }
}
