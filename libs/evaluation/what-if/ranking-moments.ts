/**
 * When, along a log, each list was ranked: with its user as of one sequence, the catalogue as of another, the model as of a
 * third (all named in `served`). The list itself stands later in the log, behind whatever happened while it was on its way; so lists are
 * announced by a reader that looks ahead.
 *
 *     announced ──▶ user frozen, when the log is folded to stateSequence
 *               ──▶ ready, when it is folded to catalogueSequence
 *               ──▶ due, when no other announced list wants an older model: the model only goes forward
 *
 * One host's moments are in the same order by all three, so its lists are ranked exactly as they were. Where several hosts' models
 * lag differently, some wait for the model, and the catalogue goes on meanwhile.
 */
import type { Served } from '#events';
import { decodeUser, encodeUser, type UserState } from '#interest';
import { Heap } from './heap.js';

/** How exactly a list's moment is met again. */
export type Moment =
  | 'exact'
  /** The list does not name its moment: its own place in the log is taken. */
  | 'unnamed'
  /** It was written down so late that the log had been folded beyond its moment. */
  | 'passed';

export interface DueList {
  readonly event: Served;
  /** As of the list's moment; undefined for somebody unknown then. */
  readonly user: UserState | undefined;
  readonly moment: Moment;
  /** Where the list stands in the log, for those that do not name their model. */
  readonly appendedAt: number;
}

interface Announced {
  readonly event: Served;
  readonly appendedAt: number;
  readonly state: number;
  readonly catalogue: number;
  readonly model: number;
  readonly order: number;
  moment: Moment;
  user: UserState | undefined;
  ready: boolean;
}

/** As their host ranked them, where their models are the same. */
function inOrder(a: Announced, b: Announced): number {
  if (a.model !== b.model) return a.model < b.model ? -1 : 1;
  return a.event.timestamp - b.event.timestamp || a.order - b.order;
}

export class RankingMoments {
  private readonly toFreeze = new Heap<Announced>((a, b) => a.state - b.state);
  private readonly toReach = new Heap<Announced>((a, b) => a.catalogue - b.catalogue);
  /** Every list that is not ready, and some that are: the oldest model that is still wanted. */
  private readonly byModel = new Heap<Announced>(inOrder);
  private readonly readyByModel = new Heap<Announced>(inOrder);
  private folded = 0;
  private announced = 0;

  constructor(private readonly user: (userId: string) => UserState | undefined) {}

  /** @param sequence of the message that holds the list, not folded yet. @param appendedAt ms */
  announce(event: Served, sequence: number, appendedAt: number): void {
    const { stateSequence, catalogueSequence = stateSequence, modelSequence } = event;
    const before = sequence - 1;
    const state = Math.min(stateSequence ?? before, before);
    const list: Announced = {
      event,
      appendedAt,
      state,
      catalogue: Math.max(state, Math.min(catalogueSequence ?? before, before)),
      // One that does not name its model takes whatever the time it was stored at brings.
      model: modelSequence ?? Infinity,
      order: this.announced++,
      moment: stateSequence === undefined ? 'unnamed' : state < this.folded ? 'passed' : 'exact',
      user: undefined,
      ready: false,
    };
    this.toFreeze.push(list);
    this.toReach.push(list);
    this.byModel.push(list);
    this.advance();
  }

  /** Everything up to this LOG sequence is folded. */
  passed(sequence: number): void {
    this.folded = sequence;
    this.advance();
  }

  /** The next list to be ranked now; call until it gives none. @param flush no further list will be announced */
  next(flush = false): DueList | undefined {
    while (this.byModel.peek()?.ready) this.byModel.pop();
    const first = this.readyByModel.peek();
    const wanted = this.byModel.peek();
    if (!first || (!flush && wanted && wanted.model < first.model)) return undefined;
    this.readyByModel.pop();
    const { event, user, moment, appendedAt } = first;
    return { event, user, moment, appendedAt };
  }

  private advance(): void {
    for (let list = this.toFreeze.peek(); list && list.state <= this.folded; list = this.toFreeze.peek()) {
      const user = this.user(list.event.userId);
      list.user = user && decodeUser(encodeUser(user));
      this.toFreeze.pop();
    }
    for (let list = this.toReach.peek(); list && list.catalogue <= this.folded; list = this.toReach.peek()) {
      list.ready = true;
      this.readyByModel.push(list);
      this.toReach.pop();
    }
  }
}
