/**
 * A gateway without a master key writes what users do in the clear, as long as nobody seals them. It does not start where they are
 * sealed (gateway-keys.ts); where another process begins to while it runs, it notices within SEALED_LOOK_MS, and from
 * then on takes nothing more of users until it is started with the key. Items, and what it reads, go on.
 */
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { SETTINGS, type Settings } from '#config';
import { isUserEvent, type LogEvent } from '#events';
import { AppError, errorMessage } from '#kernel';
import type { LogTopology } from '#log';
import { HealthState, LOGGER, type Logger } from '#observability';
import { isMarkedSealed, SEALED_LOOK_MS, sealedWithoutKey } from '#privacy';
import { TOPOLOGY } from '../tokens.js';

@Injectable()
export class ClearAppends implements OnApplicationBootstrap, OnModuleDestroy {
  private refusal: AppError | undefined;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(TOPOLOGY) private readonly topology: LogTopology,
    @Inject(HealthState) health: HealthState,
  ) {
    health.watch('sealing', () => !this.refusal);
  }

  onApplicationBootstrap(): void {
    if (this.settings.privacy.masterKey === '') void this.look();
  }

  onModuleDestroy(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** Why this may not be appended: REK_NOT_READY, so that clients ask another gateway. */
  readonly refusalOf = (event: LogEvent): AppError | undefined =>
    this.refusal && isUserEvent(event) ? this.refusal : undefined;

  private async look(): Promise<void> {
    try {
      if (await isMarkedSealed(this.topology.log)) return this.refuse();
    } catch (error) {
      // Without an answer of NATS nothing is appended either.
      this.logger.debug({ reason: errorMessage(error) }, 'whether users are sealed is not known');
    }
    if (!this.stopped) this.timer = setTimeout(() => void this.look(), SEALED_LOOK_MS).unref();
  }

  private refuse(): void {
    const { message } = sealedWithoutKey(this.settings.namespace);
    this.refusal = new AppError('REK_NOT_READY', message);
    this.logger.error(`no event of a user is taken any more: ${message}`);
  }
}
