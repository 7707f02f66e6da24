/**
 * Answers from what this host has in memory: the user's state, the catalogue, the recall index and the model
 * replica. Synchronous; nothing here waits. What was served goes to LOG behind the answer (served-writer.ts).
 */
import { randomUUID } from 'node:crypto';
import { EXCLUDED_LOGGED_MAX, type Served, type ServedRequest } from '#events';
import type { UserState } from '#interest';
import { AppError, fnv1a32, key53, SeededRandom, type Clock } from '#kernel';
import { POPULARITY_SECONDS, windowOf, type ModelReplica } from '#learning';
import type { ModelFollower } from '#model-feed';
import type { Catalogue, Item } from '#catalogue';
import type { ConfiguredExperiment, Settings } from '#config';
import {
  anonymousRules,
  forSegment,
  limitOf,
  type ListWatch,
  rankCandidates,
  type RankedByRules,
  type rankingSettingsOf,
  recommend,
  type Ranked,
  type RankedItem,
} from '#ranking';
import { SHARED_CHANNELS, similarItems, trendingItems, type RecallIndex, type RelatedItem } from '#recall';
import { RuleSet, type RuleRun } from '#rules';
import { groupNamed } from './segment-group.js';
import { RunningExperiments } from './running-experiments.js';
import type { HostRequest, RankRequest, RecommendRequest } from './requests.js';

export interface ListAnswer extends RankedByRules {
  readonly recommendationId: string;
  readonly modelVersion: string;
  readonly policy: string;
  readonly explored: boolean;
  readonly items: readonly RankedItem[];
}

export interface RecommenderPorts {
  readonly catalogue: Catalogue;
  /** LOG sequence up to which the catalogue is folded. */
  readonly catalogueSequence: () => number;
  readonly index: RecallIndex;
  readonly follower: ModelFollower;
  readonly settings: ReturnType<typeof rankingSettingsOf<Settings>>;
  readonly experiments: readonly ConfiguredExperiment[];
  readonly clock: Clock;
  readonly served: (event: Served) => void;
  /** Hears when a list begins; what it returns hears how it goes on. */
  readonly watch: () => ListWatch;
  /** A rule could not be applied to an item: the rule's name, or `request` for a request's own. */
  readonly ruleFailed: (rule: string) => void;
  /** The rules of an answer had more to evaluate than is allowed. */
  readonly ruleLimitReached: () => void;
}

/** Of the user's partition when a list is ranked. */
export interface PartitionMoment {
  readonly epoch: number;
  /** LOG sequence that it has folded. */
  readonly position: number;
}

/** Bounds of the `served` schema. */
const NAME_CHARS_MAX = 64;

export class Recommender {
  private readonly rules: RuleSet;
  private readonly experiments: RunningExperiments;

  constructor(private readonly ports: RecommenderPorts) {
    this.rules = RuleSet.compile(ports.settings.rules);
    requireChannels(ports);
    this.experiments = new RunningExperiments(ports.experiments);
  }

  get replica(): ModelReplica {
    return this.ports.follower.replica;
  }

  recommend(user: UserState, request: RecommendRequest, moment: PartitionMoment): ListAnswer {
    const { recommendationId, arms, input } = this.prepare(user, request);
    const answer = this.asAnswer(recommendationId, recommend({ ...input, ...this.ports.watch() }));
    this.log(answer, request, moment, input.now, arms);
    return answer;
  }

  rank(user: UserState, request: RankRequest, moment: PartitionMoment): ListAnswer {
    const { recommendationId, arms, input } = this.prepare(user, {
      ...request,
      items: [...new Set(request.items)],
    });
    const answer = this.asAnswer(recommendationId, rankCandidates(input));
    this.log(answer, request, moment, input.now, arms);
    return answer;
  }

  /** What does not depend on a user; filters hold as for somebody unknown. @throws AppError REK_UNKNOWN_ITEM */
  answer(request: HostRequest): object {
    const { catalogue, index, follower, clock } = this.ports;
    const rules = anonymousRules(this.rules, clock.now(), this.ruleFailed);
    const admits = (item: Item): boolean => rules.admits(item);
    switch (request.op) {
      case 'similar':
        if (!catalogue.get(request.itemId))
          throw new AppError('REK_UNKNOWN_ITEM', `the catalogue has no item ${request.itemId}`);
        return this.related(
          similarItems(index, follower.replica, key53(request.itemId), request.n, admits),
          rules,
        );
      case 'trending':
        return {
          windowSeconds:
            POPULARITY_SECONDS[windowOf(request.windowSeconds ?? follower.replica.bestWindowSeconds)],
          ...this.related(
            trendingItems(index, follower.replica, {
              ...request,
              ...(request.segment !== undefined && { group: groupNamed(request.segment) }),
              now: clock.now(),
              admits,
            }),
            rules,
          ),
        };
      case 'item':
        return { item: this.item(request.itemId) };
    }
  }

  private prepare<R extends RecommendRequest | RankRequest>(user: UserState, request: R) {
    const { catalogue, index, follower, settings, clock } = this.ports;
    const recommendationId = randomUUID();
    const now = clock.now();
    const { arms, changes } = this.experiments.assign(request.user, now);
    const random = new SeededRandom(fnv1a32(recommendationId));
    return {
      recommendationId,
      arms,
      input: {
        user,
        request,
        catalogue,
        index,
        replica: follower.replica,
        settings: { ...forSegment(settings, user.segmentName), ...changes },
        random,
        now,
        rules: [this.rules, RuleSet.compile('rules' in request ? request.rules : [])],
        ruleFailed: this.ruleFailed,
      },
    };
  }

  private readonly ruleFailed = (name: string): void =>
    this.ports.ruleFailed(this.rules.has(name) ? name : 'request');

  private item(itemId: string): object {
    const item = this.ports.catalogue.get(itemId);
    if (!item) throw new AppError('REK_UNKNOWN_ITEM', `the catalogue has no item ${itemId}`);
    const { id, title, categories, tags, brand, price, createdAt, hidden, attributes, embedding } = item;
    return {
      id,
      title,
      categories,
      tags,
      brand,
      price,
      createdAt,
      hidden,
      attributes,
      embedding: embedding && [...embedding],
    };
  }

  private asAnswer(
    recommendationId: string,
    { policy, modelVersion, explored, items, ...rules }: Ranked,
  ): ListAnswer {
    return { recommendationId, modelVersion, policy, explored, items, ...this.counted(rules) };
  }

  private counted(rules: RankedByRules): RankedByRules {
    if (rules.ruleLimitReached) this.ports.ruleLimitReached();
    return rules;
  }

  private related(items: readonly RelatedItem[], rules: RuleRun): object {
    return {
      modelVersion: this.replica.version,
      items: items.map(({ item, score, channel }, i) => ({
        itemId: item.id,
        title: item.title,
        score,
        channel,
        position: i + 1,
      })),
      ...this.counted(limitOf(rules)),
    };
  }

  private log(
    answer: ListAnswer,
    request: RecommendRequest | RankRequest,
    { epoch, position }: PartitionMoment,
    now: number,
    arms: readonly string[],
  ): void {
    this.ports.served({
      kind: 'served',
      version: 1,
      eventId: answer.recommendationId,
      userId: request.user,
      timestamp: now,
      epoch,
      recommendationId: answer.recommendationId,
      scenario: request.scenario,
      policy: answer.policy.slice(0, NAME_CHARS_MAX),
      modelVersion: answer.modelVersion.slice(0, NAME_CHARS_MAX),
      modelSequence: this.ports.follower.replica.sequence,
      stateSequence: position,
      catalogueSequence: this.ports.catalogueSequence(),
      ...(request.op === 'recommend' && { request: asLogged(request) }),
      ...(arms.length > 0 && { arms: [...arms] }),
      items: answer.items
        .slice(0, SERVED_ITEMS_MAX)
        .map(({ itemId, position, score, channel, propensity }) => ({
          itemId,
          position,
          score,
          channel,
          propensity,
        })),
      ...(request.context ? { context: request.context } : {}),
    });
  }
}

/** Most items of one `served` event; a longer ranking is logged down to here. */
const SERVED_ITEMS_MAX = 200;

/** What a replay needs to ask the same again. */
function asLogged({ n, filter, exclude, rules }: RecommendRequest): ServedRequest {
  const partial = rules.length > 0 || exclude.length > EXCLUDED_LOGGED_MAX;
  return {
    n,
    ...(filter && { filter }),
    ...(exclude.length > 0 && { exclude: exclude.slice(0, EXCLUDED_LOGGED_MAX) }),
    ...(partial && { partial }),
  };
}

/** @throws AppError REK_CONFIG_INVALID */
function requireChannels({
  settings,
  experiments,
}: Pick<RecommenderPorts, 'settings' | 'experiments'>): void {
  const changes = [
    ...Object.values(settings.bySegment),
    ...experiments.flatMap(({ arms }) => arms.map((arm) => arm.settings)),
  ];
  const shares = [settings.recallShares, ...changes.map(({ recallShares }) => recallShares ?? {})];
  const unknown = shares
    .flatMap((byChannel) => Object.keys(byChannel))
    .find((name) => !(SHARED_CHANNELS as readonly string[]).includes(name));
  if (unknown === undefined) return;
  throw new AppError(
    'REK_CONFIG_INVALID',
    `recallShares: there is no channel "${unknown}"; there are ${SHARED_CHANNELS.join(', ')}`,
  );
}
