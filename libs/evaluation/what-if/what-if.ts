/**
 * "What if another policy had run": ranks each served list again from the state of that moment (ranking-moments.ts), by the
 * policy that ran and by the other, and estimates what the other earns per impression (clicks, or what comes of them) once the list's outcomes are in.
 *
 * The other policy is judged in the situations that the log has: the same users in the same states. What its own lists would
 * have changed later (other clicks, other interests, another model) is not in the estimate.
 */
import type { Impression, Interaction, Served, UserEvent } from '#events';
import { createUser, type UserState } from '#interest';
import { asUserId, fnv1a32, key53, SeededRandom } from '#kernel';
import { ModelReplica, type OnlineModel } from '#learning';
import { contest, forSegment, policyNamed, type Contest, type RankingSettings } from '#ranking';
import { RecallIndex } from '#recall';
import { RuleSet } from '#rules';
import type { Catalogue } from '#catalogue';
import { OpenLists, type JudgedList } from '../open-lists.js';
import { offPolicyReport, OffPolicySums, type OffPolicyOptions } from '../off-policy/index.js';
import { sameChoice, type OtherPolicy } from './other-policy.js';
import type { DueList, Moment } from './ranking-moments.js';
import { FittedPropensities } from './fitted-propensities.js';
import { listShown, saysChances, shownListId, unweighableShown, withMore } from './shown-lists.js';
import { SlotRates } from './slot-rates.js';
import { deedOf, earnedOf, goalOf, REWARD_MAX, REWARD_UNITS, type DeedTypes, type Reward } from './reward.js';
import { withRefusal, type LeftOut, type PropensitySource, type WhatIfReport } from './what-if-report.js';
import {
  holdsAll,
  reproducedSlots,
  slotWeights,
  type ClickAssumption,
  type LoggedList,
  type SlotWeight,
} from './slot-weights.js';

/** The system as the log has made it so far. */
export interface ReplayedSystem {
  readonly catalogue: Catalogue;
  readonly model: OnlineModel;
}

export interface WhatIfOptions extends DeedTypes {
  /** Of the deployment; the policy is the one that each list names. */
  readonly settings: RankingSettings;
  readonly rules: RuleSet;
  /** What the arms of a list's experiments changed for it. */
  readonly changes?: (arms: readonly string[]) => Partial<RankingSettings>;
  /** What a policy is judged by; default: click. */
  readonly reward?: Reward;
  readonly positiveTypes: readonly string[];
  readonly attributionSeconds: number;
  /** Event time of the lists, ms. */
  readonly from?: number;
  readonly to?: number;
  /** Share of the lists that is looked at, by hash of their ids. */
  readonly share?: number;
  readonly assumption: ClickAssumption;
  /** Where the chances of the policy that ran come from; default: `logged`. `shown` goes with the cascade assumption only. */
  readonly propensities?: PropensitySource;
}

interface Pending {
  logged: LoggedList;
  /** The list as far as impressions have shown it; undefined where `served` says all. */
  shown?: Served;
  /** Once ranked again; undefined for a list that is not weighed. */
  slots?: readonly SlotWeight[];
  ranked?: true;
  /** Once judged. Where a host's model lagged, this can come before the list is ranked again. */
  judged?: Outcome;
}

interface Outcome {
  readonly userId: string;
  readonly seen: ReadonlySet<string>;
  /** By item; those missing earned nothing. */
  readonly earned: ReadonlyMap<string, number>;
}

/** Served lists whose impression may still come; the oldest are given up. */
const PENDING_MAX = 65_536;
const SHARE_BUCKETS = 1_000_000;

export class WhatIf {
  private readonly sums = new OffPolicySums();
  private readonly reward: Reward;
  private readonly rates: SlotRates;
  private readonly pending = new Map<string, Pending>();
  private readonly open: OpenLists;
  private readonly policies: Record<string, number> = {};
  private readonly leftOut: Partial<Record<LeftOut, number>> = {};
  /** Each policy has an index of its own: what is kept in it between requests (heads of lists) is as one host would have it. */
  private readonly indexes: { readonly ran: RecallIndex; readonly other: RecallIndex };
  private lists = 0;
  private shown = 0;
  private unknownPolicy = 0;
  private reproduced = 0;
  private readonly all = { items: 0, outcomes: 0, earned: 0 };
  private outcomesWeighed = 0;
  private readonly foreign = { lists: 0, withPropensities: 0 };
  private readonly source: PropensitySource;
  private readonly fitted: FittedPropensities | undefined;
  private readonly fit = { slots: 0, error: 0 };

  constructor(
    private readonly system: ReplayedSystem,
    private readonly other: OtherPolicy,
    private readonly options: WhatIfOptions,
  ) {
    this.open = new OpenLists(options.attributionSeconds * 1000, (list) => this.judge(list));
    this.source = options.propensities ?? 'logged';
    this.reward = options.reward ?? 'click';
    this.rates = new SlotRates(REWARD_MAX[this.reward]);
    if (this.source === 'shown' && options.assumption !== 'cascade')
      throw new RangeError('chances given the items above need the cascade assumption');
    this.fitted = this.source === 'fitted' ? new FittedPropensities() : undefined;
    this.indexes = { ran: new RecallIndex(system.catalogue), other: new RecallIndex(system.catalogue) };
  }

  /** Whether the served list is looked at; then it is to be ranked at its moment, before or after it is heard of. */
  takes(event: Served): boolean {
    // Then impressions say all.
    return this.source !== 'shown' && this.takesList(event);
  }

  /**
   * What was shown and of which no list of ours is known, as a list to be ranked at its own place in the log, if such lists are
   * asked for; its policy is not known.
   */
  takesShown(event: Impression): Served | undefined {
    const known = this.pending.get(shownListId(event));
    if (known) return void this.showMore(known, event);
    if (!this.looksAt(shownListId(event), event.timestamp)) return undefined;
    if (this.source === 'logged') return void this.countForeign(event);
    const list = listShown(event, this.system.model.version);
    if (!this.takesList(list)) return undefined;
    this.pending.get(list.recommendationId)!.shown = list;
    this.countForeign(event);
    return list;
  }

  /** Ranks a list again, by the policy that ran and by the other. The model must be as it was. */
  rank(due: DueList): void {
    const { recommendationId } = due.event;
    const pending = this.pending.get(recommendationId);
    if (!pending) return;
    pending.ranked = true;
    this.rankAgain(due, pending);
    if (pending.judged) this.finish(recommendationId, pending, pending.judged);
  }

  private rankAgain({ event: announced, user, moment }: DueList, pending: Pending): void {
    const { logged, shown: event = announced } = pending;
    const { settings, rules, changes, assumption } = this.options;
    const arm = changes?.(event.arms ?? []);
    const of = user ?? createUser(asUserId(event.userId));
    const ranWith = { settings, asked: policyNamed(event.policy) ?? {}, rules, model: this.system.model };
    if (this.source === 'shown') {
      const unweighable = unweighableShown(event);
      if (unweighable) return this.leaveOut(unweighable);
      const other = this.contest(event, of, this.other, arm, this.indexes.other);
      return void (pending.slots = slotWeights(logged, other, other, 'cascade'));
    }
    const ran = this.contest(event, of, ranWith, arm, this.indexes.ran);
    const other = sameChoice(ranWith, this.other, arm, of.segmentName)
      ? ran
      : this.contest(event, of, this.other, arm, this.indexes.other);
    if (this.fitted) return void (pending.slots = this.fittedSlots(this.fitted, logged, ran, other));
    const again = reproducedSlots(logged, ran) === logged.itemIds.length;
    if (again) this.reproduced++;
    else if (assumption === 'item-position')
      return this.leaveOut(this.reasonFor(event, moment, holdsAll(ran, logged)));
    pending.slots = slotWeights(logged, ran, other, assumption);
  }

  /** In the order of the log. Lists that are not looked at are heard of too: a click may be theirs. */
  heard(event: UserEvent): void {
    if (event.kind === 'impression') this.impression(event);
    else if (event.kind === 'interaction') this.interaction(event);
    else if (event.kind === 'absorb') this.open.handOver(event.fromUserId, event.userId);
  }

  report(options?: OffPolicyOptions): WhatIfReport {
    this.open.closeAll();
    const {
      lists,
      shown,
      unknownPolicy,
      policies,
      leftOut,
      foreign,
      all,
      source,
      fit,
      reward,
      outcomesWeighed,
    } = this;
    const asked = lists - unknownPolicy;
    const report: WhatIfReport = {
      ...offPolicyReport(this.sums, options),
      propensities: source,
      ...{ reward, unit: REWARD_UNITS[reward], outcomes: all.outcomes, outcomesWeighed },
      ...{ lists, shown, foreign, unknownPolicy, policies, leftOut },
      behaviourOfAll: all.earned / all.items,
      ...(source === 'logged' && { reproduced: asked === 0 ? NaN : this.reproduced / asked }),
      ...(source === 'fitted' && { fitError: fit.error / fit.slots }),
    };
    return withRefusal(report, this.options.assumption === 'item-position');
  }

  /** Weighed by what the fitted model says of the policy that ran; of its support only the weights can tell. */
  private fittedSlots(
    fitted: FittedPropensities,
    logged: LoggedList,
    ran: Contest,
    other: Contest,
  ): SlotWeight[] {
    const chances = fitted.observe(ran, logged.itemIds);
    return slotWeights(logged, ran, other, 'item-position').map((slot, k) => {
      const behaviour = chances[k];
      if (behaviour !== undefined && slot.behaviour !== undefined) {
        this.fit.slots++;
        this.fit.error += Math.abs(Math.log(behaviour / slot.behaviour));
      }
      return { ...slot, behaviour, supported: undefined, weightSquare: undefined };
    });
  }

  /** A further impression of a list that is known by impressions only, and not ranked yet. */
  private showMore(pending: Pending, event: Impression): void {
    const { shown, ranked } = pending;
    if (!shown || ranked || shown.userId !== event.userId) return;
    pending.shown = withMore(shown, listShown(event, shown.modelVersion));
    pending.logged = loggedOf(pending.shown);
  }

  private looksAt(listId: string, timestamp: number): boolean {
    const { from = -Infinity, to = Infinity, share = 1 } = this.options;
    if (timestamp < from || timestamp >= to) return false;
    return share >= 1 || fnv1a32(listId) % SHARE_BUCKETS < share * SHARE_BUCKETS;
  }

  private takesList(event: Served): boolean {
    if (!this.looksAt(event.recommendationId, event.timestamp)) return false;
    // A ranking of the caller's own candidates has no recall to repeat.
    if (event.items.length === 0 || event.items[0]!.channel === 'given') return false;
    // Shown already, before the log says that it was served.
    if (this.pending.has(event.recommendationId)) return false;
    this.lists++;
    this.policies[event.policy] = (this.policies[event.policy] ?? 0) + 1;
    const known = this.source !== 'logged' || policyNamed(event.policy) !== undefined;
    if (!known) this.unknownPolicy++;
    else this.await(event);
    return known;
  }

  private countForeign(event: Impression): void {
    this.foreign.lists++;
    if (saysChances(event)) this.foreign.withPropensities++;
  }

  private leaveOut(reason: LeftOut): void {
    this.leftOut[reason] = (this.leftOut[reason] ?? 0) + 1;
  }

  private await(event: Served): void {
    this.pending.set(event.recommendationId, { logged: loggedOf(event) });
    if (this.pending.size > PENDING_MAX) this.pending.delete(this.pending.keys().next().value!);
  }

  private reasonFor({ request, modelVersion }: Served, moment: Moment, heldAll: boolean): LeftOut {
    if (modelVersion !== this.system.model.version) return 'other-model';
    if (moment !== 'exact') return 'unknown-moment';
    if (!request || request.partial) return 'unknown-request';
    return heldAll ? 'other-chances' : 'other-candidates';
  }

  /** Seeded as the host was: by the list's id. */
  private contest(
    event: Served,
    user: UserState,
    { settings, asked, rules, scoreBy, model }: OtherPolicy,
    arm: Partial<RankingSettings> | undefined,
    index: RecallIndex,
  ): Contest {
    const { n = event.items.length, filter, exclude } = event.request ?? {};
    const { scenario, context } = event;
    const input = {
      user,
      request: { n, scenario, context, ...(filter && { filter }), ...(exclude && { exclude }) },
      catalogue: this.system.catalogue,
      index,
      replica: ModelReplica.of(model),
      settings: { ...forSegment(settings, user.segmentName), ...arm, ...asked },
      random: new SeededRandom(fnv1a32(event.recommendationId)),
      now: event.timestamp,
      rules: [rules],
      ...(scoreBy && { scoreBy }),
    };
    return contest(input, goalOf(this.reward));
  }

  private impression(event: Impression): void {
    const { userId, timestamp: at, items, recommendationId } = event;
    const listId = shownListId(event);
    const itemIds = items.map(({ itemId }) => itemId);
    const list = { listId, unnamed: recommendationId === undefined, userId, at, itemIds, scores: [] };
    this.open.add(list, this.pending.has(listId));
  }

  private interaction(event: Interaction): void {
    const { type, userId, itemId, recommendationId, timestamp } = event;
    this.open.passTime(timestamp);
    const deed = deedOf(event, this.options);
    if (deed) this.open.did(userId, itemId, recommendationId, timestamp, deed);
    if (this.options.positiveTypes.includes(type))
      this.open.click(userId, itemId, recommendationId, timestamp);
  }

  private judge(judged: JudgedList): void {
    const { listId, userId, itemIds } = judged;
    const list = this.pending.get(listId);
    if (!list || list.judged || (list.shown && list.shown.userId !== userId)) return;
    this.shown++;
    const outcome = { userId, seen: new Set(itemIds), earned: new Map<string, number>() };
    for (const itemId of list.logged.itemIds.filter((id) => outcome.seen.has(id))) {
      this.all.items++;
      const earned = earnedOf(this.reward, judged, itemId);
      if (earned === undefined) continue;
      this.all.outcomes++;
      this.all.earned += earned;
      outcome.earned.set(itemId, earned);
    }
    if (list.ranked) this.finish(listId, list, outcome);
    else list.judged = outcome;
  }

  private finish(listId: string, { logged, slots }: Pending, outcome: Outcome): void {
    this.pending.delete(listId);
    if (slots) this.weigh(logged, slots, outcome);
  }

  private weigh(
    { itemIds }: LoggedList,
    slots: readonly SlotWeight[],
    { userId, seen, earned }: Outcome,
  ): void {
    const cluster = key53(userId);
    slots.forEach(({ rate, expectedRate, ...chances }, slot) => {
      const itemId = itemIds[slot]!;
      if (!seen.has(itemId)) return;
      if (earned.has(itemId)) this.outcomesWeighed++;
      const factor = this.rates.factor(slot);
      this.sums.add({
        reward: earned.get(itemId) ?? 0,
        ...chances,
        predicted: rate * factor,
        expected: expectedRate * factor,
        cluster,
      });
    });
    slots.forEach(({ rate }, slot) => {
      const itemId = itemIds[slot]!;
      if (seen.has(itemId)) this.rates.learn(slot, rate, earned.get(itemId) ?? 0);
    });
  }
}

function loggedOf({ recommendationId, items }: Served): LoggedList {
  return {
    recommendationId,
    itemIds: items.map(({ itemId }) => itemId),
    propensities: items.map(({ propensity }) => propensity),
  };
}
