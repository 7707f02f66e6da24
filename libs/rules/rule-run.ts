/**
 * The rules at work on one request. A filter excludes the items for which it is not true, and those for which it cannot be
 * said (an attribute that is missing, a text where a number should be): a wrong item is worse than one item less. A boost or
 * a condition that cannot be said does nothing. Both are counted.
 *
 * At most EVALUATIONS_MAX expressions are evaluated for one request by its filters, and as many by its boosts. Beyond it filters
 * exclude what they have not looked at and boosts do nothing, and `limitReached` says so.
 */
import { RuleItem, RuleUser, type Expression, type RuleVariables } from './expression.js';
import type { CompiledRule, RuleSet } from './rule-set.js';
import { BOOST_MAX } from './rule.js';

/** Of one request's filters, and of its boosts. */
export const EVALUATIONS_MAX = 50_000;

/** libs/catalogue's Item has this shape. */
export interface RuledItem {
  readonly id: string;
  readonly title: string;
  readonly categories: readonly string[];
  readonly tags: readonly string[];
  readonly brand?: string;
  readonly price?: number;
  readonly createdAt: number;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface RuleScene {
  readonly segment: string;
  readonly profile: ReadonlyMap<string, unknown>;
  readonly context: Readonly<Record<string, unknown>> | undefined;
  readonly scenario: string;
  readonly now: number;
}

/** A rule that moved an item's score. */
export interface RuleMove {
  readonly name: string;
  /** Log-odds: ln of the boost. */
  readonly contribution: number;
}

/** Hears of a rule that could not be said of an item. */
export type RuleFailed = (name: string) => void;

export class RuleRun {
  /** Whether an item was left out, or not lifted, for want of evaluations. */
  limitReached = false;
  private readonly evaluations = { filter: 0, boost: 0 };
  private readonly filters: CompiledRule[] = [];
  private readonly boosts: CompiledRule[] = [];
  private readonly item = new RuleItem();
  private readonly variables: RuleVariables;

  constructor(
    sets: readonly RuleSet[],
    scene: RuleScene,
    private readonly failed: RuleFailed = () => undefined,
  ) {
    const user = new RuleUser();
    user.segment = scene.segment;
    user.attributes = scene.profile;
    const { context = {}, scenario, now } = scene;
    this.variables = { item: this.item, user, context, scenario, now };
    for (const { rules } of sets) {
      for (const rule of rules) {
        if (rule.when && !rule.when.readsItem && !this.holds(rule)) continue;
        (rule.filter ? this.filters : this.boosts).push(rule);
      }
    }
  }

  get filtersItems(): boolean {
    return this.filters.length > 0;
  }

  /** Whether every filter lets the item through. */
  admits(item: RuledItem): boolean {
    if (this.filters.length === 0) return true;
    this.see(item);
    return this.filters.every((rule) => {
      if (this.isSpent(rule)) return false;
      if (rule.when?.readsItem && !this.holds(rule)) return true;
      return this.evaluate(rule, rule.filter!, isBoolean) ?? false;
    });
  }

  /** What the boosts add to the item's log-odds; `moves`, if given, hears which. */
  lift(item: RuledItem, moves?: RuleMove[]): number {
    if (this.boosts.length === 0) return 0;
    this.see(item);
    let sum = 0;
    for (const rule of this.boosts) {
      if (rule.when?.readsItem && !this.holds(rule)) continue;
      const factor =
        typeof rule.boost === 'number' ? rule.boost : this.evaluate(rule, rule.boost!, isPositiveNumber);
      const contribution = factor === undefined ? 0 : Math.log(bounded(Number(factor)));
      if (contribution === 0) continue;
      sum += contribution;
      moves?.push({ name: rule.name, contribution });
    }
    return sum;
  }

  private holds(rule: CompiledRule): boolean {
    return this.evaluate(rule, rule.when!, isBoolean) ?? false;
  }

  private evaluate<T>(
    rule: CompiledRule,
    expression: Expression,
    expected: (value: unknown) => value is T,
  ): T | undefined {
    if (this.isSpent(rule)) return undefined;
    this.evaluations[kindOf(rule)]++;
    try {
      const value = expression(this.variables);
      if (expected(value)) return value;
    } catch {
      // A missing attribute, or one of another type: counted below like a value of the wrong type.
    }
    this.failed(rule.name);
    return undefined;
  }

  private isSpent(rule: CompiledRule): boolean {
    if (this.evaluations[kindOf(rule)] < EVALUATIONS_MAX) return false;
    this.limitReached = true;
    return true;
  }

  private see(item: RuledItem): void {
    const { item: seen } = this;
    seen.id = item.id;
    seen.title = item.title;
    seen.categories = item.categories;
    seen.tags = item.tags;
    seen.brand = item.brand;
    seen.price = item.price;
    seen.createdAt = item.createdAt;
    seen.ageSeconds = Math.max(0, this.variables.now - item.createdAt) / 1000;
    seen.attributes = item.attributes;
  }
}

const kindOf = (rule: CompiledRule): 'filter' | 'boost' => (rule.filter ? 'filter' : 'boost');

const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';

const isPositiveNumber = (value: unknown): value is number | bigint =>
  (typeof value === 'number' && value > 0) || (typeof value === 'bigint' && value > 0n);

function bounded(factor: number): number {
  return Math.min(BOOST_MAX, Math.max(1 / BOOST_MAX, factor));
}
