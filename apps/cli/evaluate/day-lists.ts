/**
 * Lists for a log that shows items one at a time and names no request: all that a user was shown on one day in one place. A list
 * is ranked once, at its first exposure, with what is known then, as if its items had been given to be put in order; what the
 * day brings afterwards changes nothing in it. (Scores made row by row would not do: after each click a model knows of the
 * user's clicks, and its scores of the rows that follow say so.) It is judged when the day is over.
 *
 * Which items it will have is taken from the log beforehand: the items alone, never what came of them.
 */
import {
  ListReport,
  RANK_CUTOFF,
  type ItemShare,
  type ClickedList,
  type ModelColumn,
  type ScoredList,
  type ShownList,
} from '#evaluation';
import type { Impression, LogEvent } from '#events';

/** @returns the list that an exposure is of, and its day, which never falls from one exposure to the next */
export type DayListOf = (event: Impression) => { readonly listId: string; readonly day: number };

/** By list, each item once, in the order shown. */
export type ItemsOfLists = ReadonlyMap<string, readonly string[]>;

/** What a model would show first: lists are short, and of a whole one all models show the same. */
export const EXPOSED = 1;

/** Lists have three or four items. */
const CUTOFFS = [1, 3, RANK_CUTOFF];

/** One pass over the exposures. */
export class ListItems {
  private readonly lists = new Map<string, string[]>();

  constructor(private readonly of: DayListOf) {}

  add(event: LogEvent): void {
    if (event.kind !== 'impression') return;
    const { listId } = this.of(event);
    const { itemId } = event.items[0]!;
    const items = this.lists.get(listId);
    if (!items) this.lists.set(listId, [itemId]);
    else if (!items.includes(itemId)) items.push(itemId);
  }

  get items(): ItemsOfLists {
    return this.lists;
  }
}

export class DayLists {
  /** Over lists of two items and more; its ranking metrics over those of which some were clicked and some not. */
  readonly report: ListReport;
  private readonly open = new Map<string, ScoredList & ClickedList & { readonly clicked: Set<string> }>();
  private today = -Infinity;

  /** @param score of each column, those of the list's items */
  constructor(
    columns: readonly ModelColumn[],
    private readonly of: DayListOf,
    private readonly items: ItemsOfLists,
    share: ItemShare,
    private readonly score: (event: Impression, list: ShownList) => number[][],
  ) {
    this.report = new ListReport(columns, { share, cutoffs: CUTOFFS, exposed: EXPOSED, contested: true });
  }

  /** An exposure that is not folded yet: ranks its list, if it is the list's first. */
  show(event: Impression): void {
    const { listId, day } = this.of(event);
    if (day > this.today) this.closeAll();
    this.today = day;
    const itemIds = this.items.get(listId) ?? [];
    if (itemIds.length < 2 || this.open.has(listId)) return;
    const list = { listId, itemIds, positions: itemIds.map(() => 1), at: event.timestamp };
    const scores = this.score(event, list);
    this.open.set(listId, { ...list, userId: event.userId, scores, clicked: new Set() });
  }

  /** @param event the exposure that was clicked */
  click(event: Impression): void {
    this.open.get(this.of(event).listId)?.clicked.add(event.items[0]!.itemId);
  }

  /** The day is over. */
  closeAll(): void {
    for (const list of this.open.values()) this.report.add(list);
    this.open.clear();
  }
}
