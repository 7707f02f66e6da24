/** A person whose every field bears the same text, and others beside whom the system must go on. */
import { SeededRandom } from '#kernel';

export class Person {
  constructor(
    /** Stands in every field that a person can fill. */
    readonly mark: string,
    private readonly random: SeededRandom,
  ) {}

  get id(): string {
    return `${this.mark}-user`;
  }
  get visitor(): string {
    return `visitor-${this.mark}`;
  }

  /** What they did as a visitor and as a user, before and after they said who they are. */
  events(items: readonly string[]): object[] {
    const { id, visitor } = this;
    return [
      ...this.visit(visitor, items, 'before'),
      { kind: 'merge', userId: visitor, intoUserId: id, eventId: this.named('merge') },
      ...this.visit(id, items, 'after'),
      {
        kind: 'profile',
        userId: id,
        eventId: this.named('profile'),
        attributes: { name: `Ms ${this.mark}`, city: this.mark, [`likes ${this.mark}`]: true, country: 'ch' },
      },
    ];
  }

  private visit(userId: string, items: readonly string[], when: string): object[] {
    const recommendationId = this.named(`list-${when}`);
    const context = { page: `/search?q=${this.mark}`, [this.mark]: 'yes' };
    const shown = Array.from({ length: 4 }, () => this.random.pick(items));
    return [
      {
        kind: 'impression',
        userId,
        eventId: this.named(`impression-${when}`),
        recommendationId,
        scenario: this.mark,
        items: [...new Set(shown)].map((itemId) => ({ itemId })),
        context,
      },
      {
        kind: 'interaction',
        type: 'click',
        userId,
        itemId: shown[0],
        eventId: this.named(`click-${when}`),
        recommendationId,
        context,
      },
      {
        kind: 'interaction',
        type: 'purchase',
        userId,
        itemId: shown[1],
        eventId: this.named(`buy-${when}`),
        value: 3,
      },
    ];
  }

  private named(what: string): string {
    return `${what}-${this.mark}`;
  }
}
