/**
 * A list for a user, from the host that owns them; when it cannot answer, from what is kept, and the answer says so
 * (invariant I6): the user's last list, else what is trending, else an empty list. Only the caller's own
 * mistakes are errors.
 */
import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { AppError, type ErrorCode } from '#kernel';
import { SETTINGS, type Settings } from '#config';
import { filtersDependOn } from '#rules';
import { LOGGER, METRICS, type Logger, type Metrics } from '#observability';
import type { Degraded, ListedItem, RecommendationAnswer } from '../api/answers.js';
import type { RankRequest, RecommendRequest } from '../api/requests.js';
import { ActorRpc } from './actor-rpc.js';
import { LastLists } from './last-lists.js';
import { TrendingKeeper } from './trending-keeper.js';

/** A live answer is passed on as the host's bytes; a substitute is made here. */
export type Answer =
  { readonly live: Buffer } | { readonly substitute: RecommendationAnswer & { degraded: Degraded } };

/** Statuses of mistakes that no substitute can cure. */
const CALLERS_OWN: ReadonlySet<number> = new Set([400, 404, 413]);

@Injectable()
export class Recommender {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(METRICS) private readonly metrics: Metrics,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(ActorRpc) private readonly rpc: ActorRpc,
    @Inject(LastLists) private readonly lastLists: LastLists,
    @Inject(TrendingKeeper) private readonly trending: TrendingKeeper,
  ) {}

  /** @throws AppError only for the caller's own mistakes (400, 404, 413) */
  async recommend(request: RecommendRequest, requestId: string): Promise<Answer> {
    try {
      const live = await this.rpc.user(
        request.user,
        { op: 'recommend', ...request, requestId },
        this.patienceMs(request.after),
      );
      this.lastLists.remember(request, live);
      this.metrics.recommendations.inc({ source: 'live' });
      return { live };
    } catch (error) {
      return this.counted(await this.substituteList(request, this.reasonOf(error, requestId)));
    }
  }

  /** Without a host the candidates come back in the caller's order. @throws AppError as `recommend` */
  async rank(request: RankRequest, requestId: string): Promise<Answer> {
    try {
      const live = await this.rpc.user(
        request.user,
        { op: 'rank', ...request, requestId },
        this.patienceMs(request.after),
      );
      this.metrics.recommendations.inc({ source: 'live' });
      return { live };
    } catch (error) {
      const reason = this.reasonOf(error, requestId);
      const items = request.items.map((itemId, at) => ({
        itemId,
        score: 0,
        channel: 'as-given',
        propensity: 1,
        reasons: [],
        position: at + 1,
      }));
      return this.counted(madeHere(request.after, 'as-given', items, { reason, source: 'as-given' }));
    }
  }

  private async substituteList(
    request: RecommendRequest,
    reason: ErrorCode,
  ): Promise<RecommendationAnswer & { degraded: Degraded }> {
    const excluded = new Set(request.exclude);
    const shortened = (items: readonly ListedItem[]): RecommendationAnswer['items'] =>
      items
        .filter(({ itemId }) => !excluded.has(itemId))
        .slice(0, request.n)
        .map((item, at) => ({ ...item, position: at + 1 }));
    const last = await this.lastLists.recall(request);
    if (last) {
      return {
        ...last,
        after: { requested: request.after ?? 0, reached: false },
        items: shortened(last.items),
        degraded: { reason, source: 'last-list' },
      };
    }
    // Nothing here knows which items would pass a filter, and a wrong item is worse than none.
    const filtered =
      (request.filter !== undefined && Object.keys(request.filter).length > 0) ||
      (request.rules ?? []).some((rule) => rule.filter !== undefined) ||
      // What is trending was made for somebody unknown, without context.
      filtersDependOn(this.settings.serving.rules, ['context', 'scenario', 'user']);
    const items = filtered ? [] : shortened((await this.trending.latest()).items);
    const source = items.length > 0 ? 'trending' : 'empty';
    return madeHere(request.after, source, items, { reason, source });
  }

  private counted(substitute: RecommendationAnswer & { degraded: Degraded }): Answer {
    const { reason, source } = substitute.degraded;
    this.metrics.recommendations.inc({ source });
    this.metrics.degraded.inc({ reason, source });
    return { substitute };
  }

  /** `after` may wait at the host, on top of the ordinary deadline. */
  private patienceMs(after: number | undefined): number {
    return this.settings.serving.timeoutMs + (after === undefined ? 0 : this.settings.actors.afterWaitMs);
  }

  /** Why the host could not answer. @throws the error when it is the caller's own */
  private reasonOf(error: unknown, requestId: string): ErrorCode {
    if (!(error instanceof AppError)) throw error;
    if (CALLERS_OWN.has(error.status)) throw error;
    this.logger.debug({ requestId, code: error.code, reason: error.message }, 'answering without the host');
    return error.code;
  }
}

function madeHere(
  after: number | undefined,
  policy: string,
  items: RecommendationAnswer['items'],
  degraded: Degraded,
): RecommendationAnswer & { degraded: Degraded } {
  return {
    recommendationId: randomUUID(),
    modelVersion: 'none',
    policy,
    after: { requested: after ?? 0, reached: false },
    position: 0,
    items,
    degraded,
  };
}
