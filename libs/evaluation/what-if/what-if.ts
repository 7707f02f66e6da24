/**
 * "What if another policy had run": hears the events of a log before they are folded, computes at each served list what the
 * other policy would have chosen, from the state of that moment, and estimates its click rate per impression once the
 * list's clicks are in.
 *
 * The other policy is judged in the situations that the log has: the same users in the same states. What its own lists would
 * have changed later (other clicks, other interests, another model) is not in the estimate.
 */
import type { Interaction, Served, UserEvent } from '#events';
import { createUser, type UserState } from '#interest';
import { asUserId, fnv1a32, key53, SeededRandom } from '#kernel';
import { ModelReplica, type OnlineModel } from '#learning';
import { contest, policyNamed, type Contest, type PlainScore, type RankingSettings } from '#ranking';
import type { RecallIndex } from '#recall';
import { RuleSet } from '#rules';
import type { Catalogue } from '#catalogue';
import { OpenLists, type JudgedList } from '../open-lists.js';
import {
  offPolicyReport,
  OffPolicySums,
  type OffPolicyOptions,
  type OffPolicyReport,
} from '../off-policy/index.js';
import { SlotRates } from './slot-rates.js';
import {
  reproducedSlots,
  slotWeights,
  type ClickAssumption,
  type LoggedList,
  type SlotWeight,
} from './slot-weights.js';

/** The policy that is asked about. */
export interface OtherPolicy {
  readonly settings: RankingSettings;
  readonly rules: RuleSet;
  /** Orders the candidates by this instead of the model's score. */
  readonly scoreBy?: PlainScore;
  readonly model: OnlineModel;
}

/** The system as the log has made it so far. */
export interface ReplayedSystem {
  readonly catalogue: Catalogue;
  readonly index: RecallIndex;
  readonly model: OnlineModel;
  user(userId: string): UserState | undefined;
}

export interface WhatIfOptions {
  /** Of the deployment; the policy is the one that each list names. */
  readonly settings: RankingSettings;
  readonly rules: RuleSet;
  /** What the arms of a list's experiments changed for it. */
  readonly changes?: (arms: readonly string[]) => Partial<RankingSettings>;
  readonly positiveTypes: readonly string[];
  readonly attributionSeconds: number;
  /** Event time of the lists, ms. */
  readonly from?: number;
  readonly to?: number;
  /** Share of the lists that is looked at, by hash of their ids. */
  readonly share?: number;
  readonly assumption: ClickAssumption;
}

export interface WhatIfReport extends OffPolicyReport {
  /** Served lists looked at; shown: those whose impression came. */
  readonly lists: number;
  readonly shown: number;
  /** Lists whose policy is none of ours: nothing can be said about them. */
  readonly unknownPolicy: number;
  /** Share of the lists whose logged propensities were all found again from the replayed state: only these are weighed. */
  readonly reproduced: number;
  /** Lists by the policy that ran. */
  readonly policies: Readonly<Record<string, number>>;
}

interface Pending {
  readonly logged: LoggedList;
  readonly slots: readonly SlotWeight[];
}

/** Served lists whose impression may still come; the oldest are given up. */
const PENDING_MAX = 65_536;
const SHARE_BUCKETS = 1_000_000;
/** Less of the policy that ran found again makes every weight a guess. */
export const REPRODUCED_MIN = 0.5;
/** Weights average 1 when the policy that ran is known; with a hundred effective samples they stray a tenth by chance. */
export const WEIGHT_MEAN_TOLERANCE = 0.33;

export class WhatIf {
  private readonly sums = new OffPolicySums();
  private readonly rates = new SlotRates();
  private readonly pending = new Map<string, Pending>();
  private readonly open: OpenLists;
  private readonly policies: Record<string, number> = {};
  private lists = 0;
  private shown = 0;
  private unknownPolicy = 0;
  private reproduced = 0;

  constructor(
    private readonly system: ReplayedSystem,
    private readonly other: OtherPolicy,
    private readonly options: WhatIfOptions,
  ) {
    this.open = new OpenLists(options.attributionSeconds * 1000, (list) => this.judge(list));
  }

  /** Call before the event is folded. */
  heard(event: UserEvent): void {
    if (event.kind === 'served') return this.served(event);
    if (event.kind === 'impression') {
      const listId = event.recommendationId;
      if (listId === undefined || !this.pending.has(listId)) return;
      this.shown++;
      this.open.add({
        listId,
        userId: event.userId,
        at: event.timestamp,
        itemIds: event.items.map(({ itemId }) => itemId),
        scores: [],
      });
    } else if (event.kind === 'interaction') this.interaction(event);
  }

  report(options?: OffPolicyOptions): WhatIfReport {
    this.open.closeAll();
    const { lists, shown, unknownPolicy, policies } = this;
    const asked = lists - unknownPolicy;
    const reproduced = asked === 0 ? NaN : this.reproduced / asked;
    const known = { lists, shown, unknownPolicy, policies, reproduced };
    const report = offPolicyReport(this.sums, options);
    const { weightMean } = report.diagnostics;
    const sound = reproduced >= REPRODUCED_MIN && Math.abs(weightMean - 1) <= WEIGHT_MEAN_TOLERANCE;
    if (report.refusal || this.options.assumption === 'cascade' || sound) return { ...report, ...known };
    return {
      ...report,
      ...known,
      estimates: [],
      refusal: { code: 'not-reproduced', reason: notReproduced(reproduced, weightMean) },
    };
  }

  private served(event: Served): void {
    const { from = -Infinity, to = Infinity, share = 1 } = this.options;
    if (event.timestamp < from || event.timestamp >= to) return;
    // A ranking of the caller's own candidates has no recall to repeat.
    if (event.items.length === 0 || event.items[0]!.channel === 'given') return;
    if (share < 1 && fnv1a32(event.recommendationId) % SHARE_BUCKETS >= share * SHARE_BUCKETS) return;
    this.lists++;
    this.policies[event.policy] = (this.policies[event.policy] ?? 0) + 1;
    const policy = policyNamed(event.policy);
    if (!policy) return void this.unknownPolicy++;
    const { settings, rules, changes, assumption } = this.options;
    const ran = this.contest(event, {
      settings: { ...settings, ...changes?.(event.arms ?? []), ...policy },
      rules,
      model: this.system.model,
    });
    const logged = {
      recommendationId: event.recommendationId,
      itemIds: event.items.map(({ itemId }) => itemId),
      propensities: event.items.map(({ propensity }) => propensity),
    };
    // What the host saw and the replay does not (requests' filters, a replica between two deltas, draws over a catalogue
    // that nothing is known of) makes both policies' chances guesses: such a list says nothing.
    if (reproducedSlots(logged, ran) < logged.itemIds.length) return;
    this.reproduced++;
    const slots = slotWeights(logged, ran, this.contest(event, this.other), assumption);
    this.pending.set(event.recommendationId, { logged, slots });
    if (this.pending.size > PENDING_MAX) this.pending.delete(this.pending.keys().next().value!);
  }

  /** Seeded as the host was: by the list's id. */
  private contest(event: Served, { settings, rules, scoreBy, model }: OtherPolicy): Contest {
    const { catalogue, index, user } = this.system;
    return contest({
      user: user(event.userId) ?? createUser(asUserId(event.userId)),
      request: { n: event.items.length, scenario: event.scenario, context: event.context },
      catalogue,
      index,
      replica: ModelReplica.of(model),
      settings,
      random: new SeededRandom(fnv1a32(event.recommendationId)),
      now: event.timestamp,
      rules: [rules],
      ...(scoreBy && { scoreBy }),
    });
  }

  private interaction({ type, userId, itemId, recommendationId, timestamp }: Interaction): void {
    this.open.passTime(timestamp);
    if (this.options.positiveTypes.includes(type))
      this.open.click(userId, itemId, recommendationId, timestamp);
  }

  private judge({ listId, userId, itemIds, clicked }: JudgedList): void {
    const list = this.pending.get(listId);
    if (!list) return;
    this.pending.delete(listId);
    const cluster = key53(userId);
    const seen = new Set(itemIds);
    list.slots.forEach(({ rate, expectedRate, ...chances }, slot) => {
      const itemId = list.logged.itemIds[slot]!;
      if (!seen.has(itemId)) return;
      const factor = this.rates.factor(slot);
      const reward = clicked.has(itemId) ? 1 : 0;
      this.sums.add({
        reward,
        ...chances,
        predicted: rate * factor,
        expected: expectedRate * factor,
        cluster,
      });
    });
    list.slots.forEach(({ rate }, slot) => {
      const itemId = list.logged.itemIds[slot]!;
      if (seen.has(itemId)) this.rates.learn(slot, rate, clicked.has(itemId));
    });
  }
}

function notReproduced(share: number, weightMean: number): string {
  return (
    `the logged propensities of ${(share * 100).toFixed(0)} % of the lists are found again from the replayed state, and weights average ` +
    `${weightMean.toFixed(2)} instead of 1: rules, settings, requests (filters are not in the log) or the replica's moment were ` +
    'others then. Use --assume cascade, which takes propensities from the log'
  );
}
