/**
 * A small world of which everything is known: users who look at a slot, then like what is there,
 *
 *     P(click | user, item, slot) = slot^−0.5 · σ(BIAS + quality(item) + taste(user, category of the item)),
 *
 * and, where something else than clicks is asked about, then like, buy or stay with what they clicked as the item has it (`afterClick`);
 * served by the live system's own fold, learner, recall and ranking. One policy can run in it and be logged, others can be asked about from
 * that log (what-if.ts), and then really run: so estimates can be held against the truth, of two kinds:
 *
 * - *as logged*: the other policy's lists at the logged moments, in the states and with the model that the policy that ran has
 *   left behind. That is what the estimates are about.
 * - *really run*: the other policy takes over after the warm-up, other visits of the same users come, and users, statistics and model
 *   follow its own lists.
 *
 * Both are expectations over clicks, computed from the probabilities above and not counted. Pure, and the same for the same seeds.
 */
import type { Impression, Interaction, Served } from '#events';
import { createUser, type UserState } from '#interest';
import { asEventId, asItemId, asUserId, combine32, fnv1a32, SeededRandom } from '#kernel';
import { ModelReplica } from '#learning';
import {
  contest,
  recommend,
  slotMarginals,
  type PlainScore,
  type RankingInput,
  type RankingSettings,
  type RecommendRequest,
} from '#ranking';
import { RecallIndex } from '#recall';
import { RuleSet } from '#rules';
import { LiveRehearsal, type RehearsalSettings } from '../live-rehearsal.js';
import type { Reward } from './reward.js';
import { WhatIf, type WhatIfOptions } from './what-if.js';
import type { PropensitySource, WhatIfReport } from './what-if-report.js';

export interface WorldSettings {
  readonly rehearsal: RehearsalSettings;
  readonly ranking: RankingSettings;
  readonly positiveTypes: readonly string[];
  readonly attributionSeconds: number;
  /** What policies are judged by, and the world has beside clicks; default: click. */
  readonly reward?: Reward;
  readonly users: number;
  readonly items: number;
  /** That the logged policy has served before the question begins: users, statistics and model are no longer new then. */
  readonly warmUp: number;
  /** That are asked about. */
  readonly lists: number;
  /** Items of a list. */
  readonly slots: number;
}

export interface WorldPolicy {
  readonly changes: Partial<RankingSettings>;
  readonly scoreBy?: PlainScore;
}

export interface Asked {
  readonly report: WhatIfReport;
  /** What the policy's lists earn per item shown at the logged moments. */
  readonly asLogged: number;
}

const START = 1_700_000_000_000;
/** Between two visits. */
const STEP_MS = 20_000;
const visitAt = (visit: number): number => START + (visit + 1) * STEP_MS;
const CATEGORIES = 6;
const BIAS = -1.5;
const QUALITY_SPREAD = 0.5;
const TASTE_SPREAD = 1.2;
/** Lists drawn to know the click rate of a policy's slots. */
const TRUTH_LISTS = 16;

export class SimulatedWorld {
  private readonly quality: readonly number[];
  private readonly tastes: readonly (readonly number[])[];

  /** @param seed of tastes and qualities */
  constructor(
    private readonly settings: WorldSettings,
    private readonly seed: number,
  ) {
    const random = new SeededRandom(combine32(seed, 1));
    const normals = (count: number, spread: number): number[] =>
      Array.from({ length: count }, () => spread * random.normal());
    this.quality = normals(settings.items, QUALITY_SPREAD);
    this.tastes = Array.from({ length: settings.users }, () => normals(CATEGORIES, TASTE_SPREAD));
  }

  /** Runs a policy after the warm-up by another. @returns what its lists earned per item shown, in expectation */
  run(policy: WorldPolicy, runSeed: number, before: WorldPolicy, warmUpSeed: number): number {
    const run = new WorldRun(this, this.settings, before, combine32(this.seed, warmUpSeed));
    run.warmUp();
    run.takeOver(policy, combine32(this.seed, runSeed));
    return run.play();
  }

  /** Runs a policy, and asks its log about others. */
  ask(
    ran: WorldPolicy,
    runSeed: number,
    others: readonly WorldPolicy[],
    propensities: PropensitySource = 'logged',
  ): Asked[] {
    const run = new WorldRun(this, this.settings, ran, combine32(this.seed, runSeed));
    const asked = others.map((other) => run.ask(other, propensities));
    run.warmUp();
    run.play();
    return asked.map((answer) => answer());
  }

  /** @param slot 0-based */
  clickRate(user: number, item: number, slot: number): number {
    const logit = BIAS + this.quality[item]! + this.tastes[user]![item % CATEGORIES]!;
    return (slot + 1) ** -0.5 / (1 + Math.exp(-logit));
  }
}

/** Types of interaction after a click. */
const DEEDS = { like: 'like', conversion: 'purchase', dwell: 'dwell' } as const;
/** P(like) or P(purchase) after a click on an item, in turn of items; seconds stayed. */
const CHANCES = [0.8, 0.1, 0.4, 0.2];
const STAYS = [2, 25, 8, 14];

/** What a click on the item earns, in expectation. */
function afterClick(item: number, reward: Reward): number {
  if (reward === 'click') return 1;
  return reward === 'dwell' ? STAYS[item % STAYS.length]! : CHANCES[item % CHANCES.length]!;
}

const itemId = (item: number): string => `item-${item}`;
const itemOf = (id: string): number => Number(id.slice('item-'.length));

/** A log that has our lists, or only what clients have shown, with or without chances. @returns the list, if it is looked at */
function heardOf(
  served: Served,
  shown: Impression,
  propensities: PropensitySource,
  whatIf: WhatIf,
): Served | undefined {
  if (propensities === 'logged') return whatIf.takes(served) ? served : undefined;
  if (propensities === 'shown') return whatIf.takesShown(shown);
  return whatIf.takesShown({ ...shown, items: shown.items.map(({ propensity: _, ...item }) => item) });
}

/** Hears of a list and its impression before anything of them is folded. */
type Listener = (event: Served, shown: Impression, user: number, state: UserState | undefined) => void;

class WorldRun {
  private readonly live: LiveRehearsal;
  private readonly index: RecallIndex;
  private random: SeededRandom;
  private visits = 0;
  private readonly listeners: Listener[] = [];
  private readonly questions: WhatIf[] = [];

  constructor(
    private readonly world: SimulatedWorld,
    private readonly settings: WorldSettings,
    private policy: WorldPolicy,
    private seed: number,
  ) {
    this.live = new LiveRehearsal(settings.rehearsal);
    this.index = new RecallIndex(this.live.log.catalogue);
    this.random = new SeededRandom(seed);
    for (let item = 0; item < settings.items; item++)
      this.live.append({
        kind: 'upsert',
        version: 1,
        eventId: asEventId(`up-${item}`),
        itemId: asItemId(itemId(item)),
        timestamp: START,
        mode: 'replace',
        fields: { categories: [`category ${item % CATEGORIES}`] },
      });
  }

  warmUp(): void {
    this.serve(this.settings.warmUp);
  }

  takeOver(policy: WorldPolicy, seed: number): void {
    this.policy = policy;
    this.seed = seed;
    this.random = new SeededRandom(seed);
  }

  /** @returns what was earned per item shown, in expectation */
  play(): number {
    return this.serve(this.settings.lists) / (this.settings.lists * this.settings.slots);
  }

  /** @returns what was earned, in expectation */
  private serve(lists: number): number {
    let earned = 0;
    for (let list = 0; list < lists; list++)
      earned += this.visit(this.random.below(this.settings.users), this.visits, visitAt(this.visits++));
    return earned;
  }

  /** To be called before the run. @returns gives the answer after it */
  ask(other: WorldPolicy, propensities: PropensitySource): () => Asked {
    const { settings, live } = this;
    const otherSettings = { ...settings.ranking, ...other.changes };
    const options: WhatIfOptions = {
      settings: { ...settings.ranking, ...this.policy.changes },
      rules: RuleSet.compile([]),
      positiveTypes: settings.positiveTypes,
      attributionSeconds: settings.attributionSeconds,
      from: visitAt(settings.warmUp),
      assumption: propensities === 'shown' ? 'cascade' : 'item-position',
      propensities,
      reward: settings.reward ?? 'click',
      likeTypes: settings.rehearsal.fold.likeTypes,
      conversionTypes: settings.rehearsal.fold.conversionTypes,
    };
    const whatIf = new WhatIf(
      { catalogue: live.log.catalogue, model: live.model },
      {
        settings: otherSettings,
        rules: options.rules,
        model: live.model,
        ...(other.scoreBy && { scoreBy: other.scoreBy }),
      },
      options,
    );
    const index = new RecallIndex(live.log.catalogue);
    let truth = 0;
    this.questions.push(whatIf);
    this.listeners.push((served, shown, user, state) => {
      const event = heardOf(served, shown, propensities, whatIf);
      if (!event) return;
      whatIf.rank({ event, user: state, moment: 'exact', appendedAt: event.timestamp });
      truth += this.expected(user, this.input(served, state, otherSettings, index, other.scoreBy));
    });
    return () => ({ report: whatIf.report(), asLogged: truth / (settings.lists * settings.slots) });
  }

  private visit(user: number, list: number, now: number): number {
    const { live, world, policy } = this;
    live.passTime(now);
    const userId = asUserId(`user-${user}`);
    const recommendationId = asEventId(`list-${this.seed}-${list}`);
    const state = live.user(userId);
    const base = { version: 1 as const, userId, timestamp: now };
    const empty: Served = {
      ...base,
      kind: 'served',
      eventId: recommendationId,
      epoch: 0,
      recommendationId,
      scenario: 'default',
      policy: '',
      modelVersion: live.model.version,
      request: { n: this.settings.slots },
      items: [],
    };
    const ranking = { ...this.settings.ranking, ...policy.changes };
    const answer = recommend(this.input(empty, state, ranking, this.index, policy.scoreBy));
    const items = answer.items.map(({ position, score, channel, propensity, ...item }) => ({
      itemId: asItemId(item.itemId),
      position,
      score,
      channel,
      propensity,
    }));
    const served: Served = { ...empty, policy: answer.policy, items };
    const shown: Impression = {
      ...base,
      kind: 'impression',
      eventId: asEventId(`${recommendationId}-shown`),
      recommendationId,
      items: items.map(({ itemId: id, position, propensity }) => ({ itemId: id, position, propensity })),
    };
    for (const listener of this.listeners) listener(served, shown, user, state);
    this.append(served);
    this.append(shown);
    let expected = 0;
    items.forEach(({ itemId: id }, slot) => {
      const rate = world.clickRate(user, itemOf(id), slot);
      expected += rate * this.earns(itemOf(id));
      if (this.random.next() >= rate) return;
      const click: Interaction = {
        ...base,
        kind: 'interaction',
        eventId: asEventId(`${recommendationId}-click-${slot}`),
        timestamp: now + 1 + slot,
        type: 'click',
        itemId: id,
        recommendationId,
      };
      this.append(click);
      this.goOn(click);
    });
    return expected;
  }

  /** What follows a click, where there is more than clicks. */
  private goOn(click: Interaction): void {
    const { reward = 'click' } = this.settings;
    if (reward === 'click') return;
    const earned = this.earns(itemOf(click.itemId));
    if (reward !== 'dwell' && this.random.next() >= earned) return;
    const eventId = asEventId(`${click.eventId}-${reward}`);
    this.append({ ...click, eventId, type: DEEDS[reward], ...(reward === 'dwell' && { value: earned }) });
  }

  private earns(item: number): number {
    return afterClick(item, this.settings.reward ?? 'click');
  }

  private append(event: Parameters<LiveRehearsal['append']>[0]): void {
    this.live.append(event);
    if ('userId' in event) for (const whatIf of this.questions) whatIf.heard(event);
  }

  private input(
    event: Served,
    state: UserState | undefined,
    settings: RankingSettings,
    index: RecallIndex,
    scoreBy: PlainScore | undefined,
  ): RankingInput<RecommendRequest> {
    return {
      user: state ?? createUser(asUserId(event.userId)),
      request: { n: this.settings.slots, scenario: event.scenario },
      catalogue: this.live.log.catalogue,
      index,
      replica: ModelReplica.of(this.live.model),
      settings,
      random: new SeededRandom(fnv1a32(event.recommendationId)),
      now: event.timestamp,
      ...(scoreBy && { scoreBy }),
    };
  }

  /** What a list drawn from the policy earns, in expectation. */
  private expected(user: number, input: RankingInput<RecommendRequest>): number {
    const { policy, arrangement, itemIds } = contest(input);
    const draws = new SeededRandom(combine32(this.seed, fnv1a32(`${user} ${input.now}`)));
    const { chances: marginals } = slotMarginals(policy, arrangement, draws, TRUTH_LISTS);
    let earned = 0;
    marginals.forEach((chances, slot) =>
      chances.forEach((chance, candidate) => {
        if (chance === 0) return;
        const item = itemOf(itemIds[candidate]!);
        earned += chance * this.world.clickRate(user, item, slot) * this.earns(item);
      }),
    );
    return earned;
  }
}
