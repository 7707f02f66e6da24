/**
 * What is trending, fetched from any host every few seconds and kept, so that there is always something to
 * show when a user's host is away. In the cache too: a gateway that starts while no host runs still has it.
 */
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { errorMessage } from '#kernel';
import type { Cache } from '#cache';
import { SETTINGS, type Settings } from '#config';
import { LOGGER, type Logger } from '#observability';
import type { ListedItem } from '../api/answers.js';
import { N_MAX } from '../api/requests.js';
import { CACHE } from '../tokens.js';
import { ActorRpc } from './actor-rpc.js';

const REFRESH_MS = 10_000;
/** Until the first list is there. */
const FIRST_REFRESH_MS = 1_000;
const CACHE_KEY = 'trending';

export interface KeptTrending {
  /** Half-life of the popularity that ranked them; undefined when nothing is kept. */
  readonly windowSeconds?: number;
  /** The strongest first. */
  readonly items: readonly ListedItem[];
}

@Injectable()
export class TrendingKeeper implements OnApplicationBootstrap, OnModuleDestroy {
  private kept: KeptTrending = { items: [] };
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(ActorRpc) private readonly rpc: ActorRpc,
    @Inject(CACHE) private readonly cache: Cache,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    void this.refresh();
  }

  onModuleDestroy(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** Without items when none were ever known. */
  async latest(): Promise<KeptTrending> {
    if (this.kept.items.length === 0) {
      const bytes = await this.cache.get(CACHE_KEY);
      if (bytes) this.kept = keptOf(bytes);
    }
    return this.kept;
  }

  private async refresh(): Promise<void> {
    try {
      const answer = await this.rpc.host({ op: 'trending', n: N_MAX });
      this.kept = keptOf(answer);
      void this.cache.set(CACHE_KEY, answer, this.settings.serving.cacheSeconds);
    } catch (error) {
      this.logger.debug({ reason: errorMessage(error) }, 'trending was not refreshed');
    }
    if (!this.stopped)
      this.timer = setTimeout(
        () => void this.refresh(),
        this.kept.items.length > 0 ? REFRESH_MS : FIRST_REFRESH_MS,
      ).unref();
  }
}

function keptOf(bytes: Uint8Array): KeptTrending {
  const { items = [], windowSeconds } = JSON.parse(Buffer.from(bytes).toString('utf8')) as {
    items?: Partial<ListedItem>[];
    windowSeconds?: number;
  };
  const listed = items.map(({ itemId = '', title, score = 0 }, at) => ({
    itemId,
    title,
    score,
    channel: 'trending',
    propensity: 1,
    reasons: [],
    position: at + 1,
  }));
  return { ...(windowSeconds !== undefined && { windowSeconds }), items: listed };
}
