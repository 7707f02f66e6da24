/**
 * Seeded traffic of a small shop: items that change, visitors who look, click, buy, come back under another
 * name and send things twice. Event times are now, so that attribution windows close while a test runs.
 */
import { asItemId, asUserId, SeededRandom } from '#kernel';
import type { LogEvent } from '#events';

const CATEGORIES = ['books', 'films', 'music', 'games', 'garden'];

export class Traffic {
  private readonly random: SeededRandom;
  private serial = 0;
  private readonly history: LogEvent[] = [];
  private readonly shown: { user: string; item: string; list: string }[] = [];

  constructor(
    seed: number,
    private readonly users = 60,
    private readonly items = 40,
  ) {
    this.random = new SeededRandom(seed);
  }

  catalogue(): LogEvent[] {
    return Array.from({ length: this.items }, (_, i) => this.upsert(`item-${i}`));
  }

  /** The next event, at `now` ms. */
  next(now: number): LogEvent {
    const event = this.invent(now);
    this.history.push(event);
    if (this.history.length > 200) this.history.shift();
    return event;
  }

  private invent(now: number): LogEvent {
    const dice = this.random.next();
    if (dice < 0.02) return this.upsert(`item-${this.random.below(this.items)}`);
    if (dice < 0.06 && this.history.length > 0) return this.random.pick(this.history); // sent twice
    if (dice < 0.09)
      return {
        kind: 'profile',
        ...this.base(now),
        attributes: { segment: this.random.pick(CATEGORIES), age: this.random.below(90) },
      };
    if (dice < 0.1) return { kind: 'merge', ...this.base(now), intoUserId: asUserId(this.user()) };
    if (dice < 0.55 || this.shown.length === 0) return this.impression(now);
    return this.interaction(now);
  }

  private impression(now: number): LogEvent {
    const base = this.base(now);
    const items = Array.from({ length: 1 + this.random.below(8) }, (_, i) => ({
      itemId: asItemId(`item-${(this.serial * 7 + i * 3) % this.items}`),
      position: i + 1,
      propensity: 0.5,
    }));
    for (const { itemId } of items) this.shown.push({ user: base.userId, item: itemId, list: base.eventId });
    this.shown.splice(0, Math.max(0, this.shown.length - 300));
    return {
      kind: 'impression',
      ...base,
      recommendationId: base.eventId,
      items,
      context: { hour: this.random.below(24), device: this.random.pick(['phone', 'desk']) },
    };
  }

  private interaction(now: number): LogEvent {
    const { user, item, list } = this.random.pick(this.shown);
    const type = this.random.pick(['click', 'click', 'view', 'cart', 'purchase', 'skip']);
    const own = this.random.next() < 0.9;
    return {
      kind: 'interaction',
      ...this.base(now, own ? user : this.user()),
      type,
      itemId: asItemId(item),
      ...(this.random.next() < 0.5 ? { recommendationId: list } : {}),
    };
  }

  private upsert(itemId: string): LogEvent {
    return {
      kind: 'upsert',
      eventId: `item-event-${this.serial++}`,
      itemId,
      timestamp: 1_700_000_000_000,
      version: 1,
      mode: 'replace',
      fields: {
        title: `Title of ${itemId}`,
        categories: [this.random.pick(CATEGORIES)],
        tags: [`tag-${this.random.below(9)}`],
        price: this.random.below(100),
      },
    };
  }

  private base(now: number, user = this.user()) {
    return {
      eventId: `event-${this.serial++}`,
      userId: asUserId(user),
      timestamp: Math.round(now),
      version: 1 as const,
    };
  }

  private user(): string {
    return `user-${Math.floor(this.users * this.random.next() ** 2)}`;
  }
}
