/**
 * Lists whose outcome is not known yet. A list is judged when its window has passed, or when too many are open: then what
 * was clicked is what counts. Bounded, so that a log of any length can be evaluated.
 *
 * Clicks belong to impressions as in the fold (docs/feedback.md): to the user's newest one of the item that was shown at or before
 * the click, within the window, and is of the same list where both name one. Unlike there, all impressions of a list within a window of the
 * first are one list, judged once: it has the items of all of them, and its clicks are theirs.
 */
import { withDeed } from '#interest';
import { UNMATCHED_USERS_MAX, UnmatchedClicks, type Click } from './unmatched-clicks.js';

export const OPEN_LISTS_MAX = 65_536;
/** Impressions of one list; later ones are not heard. */
export const LIST_IMPRESSIONS_MAX = 64;
/** Lists wait a little longer than their window, for clicks that were written down late. */
export const GRACE_MS = 60_000;

export interface ScoredList {
  readonly listId: string;
  /** The impression named no list, and `listId` is its own id: clicks of any list can be its. */
  readonly unnamed?: boolean;
  readonly userId: string;
  /** Event time, ms. */
  readonly at: number;
  readonly itemIds: readonly string[];
  /** One array of scores per model, given before the outcome was known. */
  readonly scores: readonly (readonly number[])[];
}

export interface ClickedList extends ScoredList {
  readonly clicked: ReadonlySet<string>;
}

export interface JudgedList extends ClickedList {
  /** What else users did with items, clicked or not, as the fold packs it (libs/interest, deeds.ts). */
  readonly deeds: ReadonlyMap<string, number>;
}

interface Impression {
  readonly at: number;
  readonly itemIds: readonly string[];
  readonly list: OpenList;
}

interface OpenList extends ScoredList {
  itemIds: readonly string[];
  scores: readonly (readonly number[])[];
  readonly clicked: Set<string>;
  readonly deeds: Map<string, number>;
  readonly impressions: Impression[];
  /** Whose impressions they are now. */
  owner: string;
  /** Event time of the newest, ms. */
  latest: number;
  /** Whether it is judged, or only there to take the clicks that are its own. */
  counts: boolean;
}

export interface OpenListsLimits {
  /** Of the lists that are judged, of the others, and of the judged ones that are remembered. */
  readonly lists?: number;
  /** Whose clicks are kept that have met no list. */
  readonly users?: number;
}

export class OpenLists {
  /** Those shown longest ago first; likewise the next. */
  private readonly counting = new Set<OpenList>();
  private readonly others = new Set<OpenList>();
  private readonly byName = new Map<string, OpenList>();
  /** By event time, the newest last. */
  private readonly byUser = new Map<string, Impression[]>();
  private readonly unmatched: UnmatchedClicks;
  /** When those were shown first that have been judged, the newest ones. */
  private readonly judgedFrom = new Map<string, number>();
  private readonly listsMax: number;

  constructor(
    private readonly windowMs: number,
    private readonly judge: (list: JudgedList) => void,
    { lists = OPEN_LISTS_MAX, users = UNMATCHED_USERS_MAX }: OpenListsLimits = {},
  ) {
    this.listsMax = lists;
    this.unmatched = new UnmatchedClicks(windowMs, users);
  }

  get size(): number {
    return this.counting.size + this.others.size;
  }

  get unmatchedClicks(): number {
    return this.unmatched.size;
  }

  /**
   * An impression: of a new list, or of one that is open, which gets the items it did not have. One that belongs to a list judged already is not heard.
   * @param counts false: the list is not judged, but takes the clicks that are its own
   * @returns the clicks that came before it
   */
  add(shown: ScoredList, counts = true): readonly Click[] {
    this.passTime(shown.at);
    const name = nameOf(shown.userId, shown.listId);
    if (this.continues(this.judgedFrom.get(name), shown.at)) return [];
    const known = this.byName.get(name);
    const list = known && this.continues(known.at, shown.at) ? known : this.open(name, shown);
    if (list.impressions.length === LIST_IMPRESSIONS_MAX) return [];
    if (list === known) append(list, shown);
    this.show(list, shown, counts);
    const claimed = this.claim(list, shown);
    this.makeRoom();
    return claimed;
  }

  /**
   * A click that meets no list waits for an impression that comes after it.
   * @param listId undefined: it names none
   * @param at event time, ms
   * @returns whether it was counted
   */
  click(userId: string, itemId: string, listId: string | undefined, at: number): boolean {
    const list = this.listOf(userId, itemId, listId, at);
    if (list) list.clicked.add(itemId);
    else this.unmatched.add(userId, itemId, listId, at);
    return list !== undefined;
  }

  /** What else a user did: of the list that a click of this moment would be of. One that meets none is not kept, as in the fold. */
  did(
    userId: string,
    itemId: string,
    listId: string | undefined,
    at: number,
    { deed, dwellSeconds }: { readonly deed: number; readonly dwellSeconds: number | undefined },
  ): void {
    const deeds = this.listOf(userId, itemId, listId, at)?.deeds;
    deeds?.set(itemId, withDeed(deeds.get(itemId) ?? 0, deed, dwellSeconds));
  }

  /** What a visitor was shown and did is the user's from now on. */
  handOver(visitor: string, user: string): void {
    if (visitor === user) return;
    this.unmatched.handOver(visitor, user);
    const handed = this.byUser.get(visitor);
    if (!handed) return;
    this.byUser.delete(visitor);
    for (const impression of handed) this.attach(impression, user);
    for (const list of new Set(handed.map((impression) => impression.list))) {
      this.forgetName(list);
      list.owner = user;
      const name = nameOf(user, list.listId);
      if (!this.byName.has(name)) this.byName.set(name, list);
    }
  }

  /** @param now event time, ms */
  passTime(now: number): void {
    const before = now - this.windowMs - GRACE_MS;
    for (const lists of [this.counting, this.others])
      for (const list of lists) {
        if (list.latest >= before) break;
        this.close(list);
      }
    this.unmatched.forget(before);
  }

  closeAll(): void {
    for (const lists of [this.counting, this.others]) for (const list of lists) this.close(list);
  }

  private listOf(
    userId: string,
    itemId: string,
    listId: string | undefined,
    at: number,
  ): OpenList | undefined {
    const impression = this.byUser
      .get(userId)
      ?.findLast(
        ({ at: shownAt, itemIds, list }) =>
          shownAt <= at &&
          (listId === undefined || list.unnamed || list.listId === listId) &&
          itemIds.includes(itemId),
      );
    return impression && at - impression.at <= this.windowMs ? impression.list : undefined;
  }

  /** Whether an impression is of the list first shown then, and not of the same list shown anew. */
  private continues(from: number | undefined, at: number): boolean {
    return from !== undefined && Math.abs(at - from) <= this.windowMs;
  }

  private open(name: string, shown: ScoredList): OpenList {
    const { userId: owner, at: latest } = shown;
    const [clicked, deeds] = [new Set<string>(), new Map<string, number>()];
    const list = { ...shown, owner, latest, counts: false, clicked, deeds, impressions: [] };
    this.byName.set(name, list);
    return list;
  }

  private show(list: OpenList, { at, itemIds }: ScoredList, counts: boolean): void {
    const impression = { at, itemIds, list };
    list.impressions.push(impression);
    this.attach(impression, list.owner);
    list.latest = Math.max(list.latest, at);
    list.counts ||= counts;
    this.counting.delete(list);
    this.others.delete(list);
    (list.counts ? this.counting : this.others).add(list);
  }

  private claim(list: OpenList, { unnamed, listId, itemIds, at }: ScoredList): readonly Click[] {
    const claimed = this.unmatched.claim(list.owner, itemIds, unnamed ? undefined : listId, at);
    for (const { itemId } of claimed) list.clicked.add(itemId);
    return claimed;
  }

  private attach(impression: Impression, userId: string): void {
    const own = this.byUser.get(userId);
    if (!own) return void this.byUser.set(userId, [impression]);
    let place = own.length;
    while (place > 0 && own[place - 1]!.at > impression.at) place--;
    own.splice(place, 0, impression);
  }

  private makeRoom(): void {
    for (const lists of [this.counting, this.others])
      if (lists.size > this.listsMax) this.close(lists.values().next().value!);
  }

  private close(list: OpenList): void {
    this.counting.delete(list);
    this.others.delete(list);
    const name = this.forgetName(list);
    const own = this.byUser.get(list.owner)!;
    for (const impression of list.impressions) own.splice(own.indexOf(impression), 1);
    if (own.length === 0) this.byUser.delete(list.owner);
    if (!list.counts) return;
    this.judgedFrom.delete(name);
    this.judgedFrom.set(name, list.at);
    if (this.judgedFrom.size > this.listsMax) this.judgedFrom.delete(this.judgedFrom.keys().next().value!);
    this.judge(list);
  }

  private forgetName(list: OpenList): string {
    const name = nameOf(list.owner, list.listId);
    if (this.byName.get(name) === list) this.byName.delete(name);
    return name;
  }
}

/** The items that the list did not have. */
function append(list: OpenList, { itemIds, scores }: ScoredList): void {
  const known = new Set(list.itemIds);
  const unseen = [...itemIds.keys()].filter((i) => !known.has(itemIds[i]!));
  if (unseen.length === 0) return;
  list.itemIds = [...list.itemIds, ...unseen.map((i) => itemIds[i]!)];
  list.scores = list.scores.map((of, model) => [...of, ...unseen.map((i) => scores[model]![i]!)]);
}

/** Ids have no NUL. */
const nameOf = (userId: string, listId: string): string => `${userId}\0${listId}`;
