/** A small world for the tests of this library: a catalogue, users folded from events, and a model that may learn from them. */
import { asEventId, asItemId, asUserId, SeededRandom } from '#kernel';
import type { ItemFields, LogEvent } from '#events';
import { Catalogue } from '#catalogue';
import { createUser, PartitionFold, SettingsHistory, type FoldSettings, type UserState } from '#interest';
import { DEFAULT_STATISTICS, ModelReplica, OnlineModel, type Goal, type ModelSettings } from '#learning';
import { RecallIndex } from '#recall';
import { RuleSet, type Rule } from '#rules';
import { rankCandidates } from './rank-candidates.js';
import type { ListWatch } from './list-watch.js';
import { contest, recommend, type Contest } from './recommend.js';
import type { Ranked, RankingInput, RankingSettings, RankRequest, RecommendRequest } from './request.js';

export const START = 1_700_000_000_000;
export const SERVING: RankingSettings = {
  candidatesMax: 500,
  coarseMax: 200,
  policy: 'plackett-luce',
  explore: 0,
  thompsonSpread: 1,
  newItemShare: 0,
  audienceAttributes: ['country'],
  perCategoryMax: 4,
  perBrandMax: 10,
  perSellerMax: 10,
  sellerAttribute: '',
  diversity: 0,
  diversityBy: 'mmr',
  freshness: 0,
  freshnessHalfLifeSeconds: 86_400,
  likeValue: 0,
  conversionValue: 0,
  secondValue: 0,
};

const MODEL: ModelSettings = {
  bits: 13,
  noClickWeight: 0.1,
  seed: 1,
  ftrl: { alpha: 0.1, beta: 1, l1: 0.1, l2: 1 },
  fm: { factors: 8, alpha: 0.05, l2: 1e-5, initScale: 0.01 },
  olr: { alpha: 0.05 },
  debias: { method: 'feature', weightMax: 10, ctr: 'shown' },
  statistics: { ...DEFAULT_STATISTICS, itemsMax: 10_000, covisitationItemsMax: 10_000 },
  metricsWindow: 1_000,
  holdSeconds: 0,
};

const FOLD: FoldSettings = {
  attributionSeconds: 1_800,
  halfLifeSeconds: 86_400,
  shortHalfLifeSeconds: 900,
  recentMax: 50,
  pendingImpressionsMax: 32,
  windowEventsMax: 256,
  interestsMax: 64,
  dedupeSeconds: 604_800,
  dedupeMax: 2_048,
  positiveTypes: ['click', 'purchase'],
  likeTypes: ['like'],
  conversionTypes: ['purchase'],
  weights: { click: 1, like: 2, purchase: 5, dislike: -2 },
  futureSkewSeconds: 300,
  tasteSketch: true,
  segments: [],
  audienceAttributes: ['country'],
  withoutFeatures: [],
  extraFeatures: [],
};

interface Asked {
  readonly seed?: number;
  readonly settings?: Partial<RankingSettings>;
  readonly rules?: readonly Rule[];
  readonly ruleFailed?: (name: string) => void;
  readonly watch?: ListWatch;
}

export class SampleWorld {
  readonly catalogue = new Catalogue();
  readonly index = new RecallIndex(this.catalogue);
  readonly model = new OnlineModel(MODEL);
  now = START;
  private readonly users = new Map<string, UserState>();
  private readonly fold: PartitionFold;
  private sequence = 0;

  /** @param learning whether the model hears of what users do */
  constructor(learning = true) {
    const residents = {
      get: (id: string) => this.user(id),
      touched: () => {},
      erase: (id: string) => void this.users.delete(id),
    };
    this.fold = new PartitionFold(
      0,
      new SettingsHistory(FOLD),
      this.catalogue,
      residents,
      (record) => {
        if (!learning) return;
        if (record.kind === 'exposure') this.model.exposure(record);
        else if (record.kind === 'outcome') this.model.outcome(record);
        else if (record.kind === 'sequel') this.model.sequel(record);
        else this.model.engagement(record);
      },
      () => {},
    );
  }

  user(id: string): UserState {
    let user = this.users.get(id);
    if (!user) this.users.set(id, (user = createUser(id)));
    return user;
  }

  put(itemId: string, fields: ItemFields = {}): this {
    const event = { kind: 'upsert' as const, mode: 'replace' as const, ...this.base(), itemId, fields };
    this.catalogue.apply(event, { sequence: this.sequence, index: 0 }, this.now);
    return this;
  }

  hide(itemId: string): this {
    this.catalogue.apply(
      { kind: 'hide', ...this.base(), itemId },
      { sequence: this.sequence, index: 0 },
      this.now,
    );
    return this;
  }

  act(userId: string, type: string, itemId: string, value?: number): this {
    return this.event({
      ...(value !== undefined && { value }),
      kind: 'interaction',
      ...this.base(),
      userId: asUserId(userId),
      type,
      itemId: asItemId(itemId),
    });
  }

  profile(userId: string, attributes: Record<string, string>): this {
    return this.event({ kind: 'profile', ...this.base(), userId: asUserId(userId), attributes });
  }

  show(userId: string, itemIds: readonly string[]): this {
    const items = itemIds.map((itemId) => ({ itemId: asItemId(itemId) }));
    return this.event({ kind: 'impression', ...this.base(), userId: asUserId(userId), items });
  }

  /** Lets time pass, and closes what is due. */
  pass(seconds: number): this {
    this.now += seconds * 1_000;
    return this.event({ kind: 'tick', ...this.base(), epoch: 1 });
  }

  /** @param goal see `contest` */
  contest(userId: string, asked: Asked = {}, goal?: Goal): Contest {
    return contest(this.input(userId, { n: 10 }, asked), goal);
  }

  recommend(userId: string, request: Partial<RecommendRequest> = {}, asked: Asked = {}): Ranked {
    return recommend(this.input(userId, { n: 10, ...request }, asked));
  }

  rank(userId: string, request: RankRequest, asked: Asked = {}): Ranked {
    return rankCandidates(this.input(userId, request, asked));
  }

  private input<Request>(
    userId: string,
    request: Request,
    { seed = 1, settings, rules, ruleFailed, watch }: Asked,
  ): RankingInput<Request> {
    return {
      user: this.users.get(userId) ?? createUser(userId),
      request,
      catalogue: this.catalogue,
      index: this.index,
      replica: ModelReplica.of(this.model),
      settings: { ...SERVING, ...settings },
      random: new SeededRandom(seed),
      now: this.now,
      rules: [RuleSet.compile(rules ?? [])],
      ruleFailed,
      ...watch,
    };
  }

  private event(event: LogEvent): this {
    this.fold.fold(this.sequence, this.now, [{ index: 0, event }]);
    return this;
  }

  private base() {
    return { eventId: asEventId(`e${++this.sequence}`), timestamp: ++this.now, version: 1 as const };
  }
}

/** Items `<category> <i>` of each category. */
export function stocked(categories: readonly string[], each: number, learning = true): SampleWorld {
  const world = new SampleWorld(learning);
  for (const category of categories) {
    for (let i = 0; i < each; i++)
      world.put(`${category} ${i}`, { title: `The ${category} ${i}`, categories: [category] });
  }
  return world;
}
