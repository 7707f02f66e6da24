/**
 * Lists whose outcome is not known yet. A list is judged when its window has passed, or when too many are open: then what
 * was clicked is what counts. Bounded, so that a log of any length can be evaluated.
 */
export const OPEN_LISTS_MAX = 65_536;
/** Lists wait a little longer than their window, for clicks that were written down late. */
export const GRACE_MS = 60_000;

export interface ScoredList {
  readonly listId: string;
  readonly userId: string;
  /** Event time, ms. */
  readonly at: number;
  /** In the order shown. */
  readonly itemIds: readonly string[];
  /** One array of scores per model, given before the outcome was known. */
  readonly scores: readonly (readonly number[])[];
}

export interface JudgedList extends ScoredList {
  readonly clicked: ReadonlySet<string>;
}

interface OpenList extends ScoredList {
  readonly clicked: Set<string>;
}

export class OpenLists {
  /** Oldest first. */
  private readonly open = new Map<string, OpenList>();
  private readonly byUser = new Map<string, OpenList[]>();

  constructor(
    private readonly windowMs: number,
    private readonly judge: (list: JudgedList) => void,
    private readonly openMax = OPEN_LISTS_MAX,
  ) {}

  get size(): number {
    return this.open.size;
  }

  /** Lists come in order of time. A list id that is open already is judged first. */
  add(list: ScoredList): void {
    this.passTime(list.at);
    const before = this.open.get(list.listId);
    if (before) this.close(before);
    const opened = { ...list, clicked: new Set<string>() };
    this.open.set(list.listId, opened);
    const own = this.byUser.get(list.userId);
    if (own) own.push(opened);
    else this.byUser.set(list.userId, [opened]);
    if (this.open.size > this.openMax) this.close(this.open.values().next().value!);
  }

  /**
   * @param listId undefined: the user's newest open list that shows the item
   * @param at event time, ms
   * @returns whether it was counted: later than the window it is not
   */
  click(userId: string, itemId: string, listId: string | undefined, at: number): boolean {
    const list =
      listId === undefined
        ? this.byUser.get(userId)?.findLast(({ itemIds }) => itemIds.includes(itemId))
        : this.open.get(listId);
    if (!list || at - list.at > this.windowMs || !list.itemIds.includes(itemId)) return false;
    list.clicked.add(itemId);
    return true;
  }

  /** @param now event time, ms */
  passTime(now: number): void {
    for (const list of this.open.values()) {
      if (list.at + this.windowMs + GRACE_MS >= now) return;
      this.close(list);
    }
  }

  closeAll(): void {
    for (const list of this.open.values()) this.close(list);
  }

  private close(list: OpenList): void {
    this.open.delete(list.listId);
    const own = this.byUser.get(list.userId)!;
    if (own.length === 1) this.byUser.delete(list.userId);
    else own.splice(own.indexOf(list), 1);
    this.judge(list);
  }
}
