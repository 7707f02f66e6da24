/**
 * The candidates of the collaborative channels for one user at one moment, with each channel's signal: what the
 * learner learns the mix from, and what hosts recall and rank by. One code for both, bounded, into reused arrays.
 *
 *     popularity       ln of decayed engagement, four half-lives
 *     of a kind        the same among newcomers, in bursts, among the devoted; how long ago it was first and last taken
 *     co-visitation    Σ_r 0.9^r · score(recent_r, item)
 *     session          Σ_r 0.8^r · 2^(−age_r / week) · P(item | recent_r), and P(item | newest) by itself
 *     neighbours       users who took to the same items at about the same time, rare items counting more:
 *                      Σ_v similarity(u, v) · 2^(−age / 12 days), and the same less what is popular anyway
 *     factors          p_u · q_item
 *     labels           cosine of the item's labels with those of the ten newest items, and with the newest's alone; rare
 *                      labels shared with them, such as a word of a title, rarer ones counting more
 */
import type { Engagement } from '#events';
import { halved, sortedByScore } from '#kernel';
import { windowOf } from '../decayed-sums.js';
import { CANDIDATES_MAX, FINDERS, FOUND_MAX, LEADERS, LEADERS_OF_KIND } from './candidate-limits.js';
import { FACTORS } from './factor-vectors.js';
import type { FinderObserver } from './finder-observer.js';
import { FoundItems } from './found-items.js';
import { affinity } from './matrix-factorisation.js';
import type { NextItemReads } from './next-item-tables.js';
import { RecentLabels } from './recent-labels.js';
import { TAKINGS } from './item-takings.js';
import {
  kindOf,
  POPULARITY_WINDOWS,
  SIGNAL,
  SIGNALS,
  VOICES,
  type Situation,
  type Voice,
} from './signals.js';

const WIDTH = SIGNALS.length;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** What is gathered of each item found: the strength of each channel, whether the user has it, its place + 1, its number + 1 among those asked for. */
const COVISITATION = 0;
const SESSION = 1;
const LAST = 2;
const NEIGHBOURS = 3;
const RARE_LABELS = 4;
const TAKEN = 5;
const PLACE = 6;
const ASKED = 7;
const COLUMN_OF: Readonly<Record<(typeof FINDERS)[number], number>> = {
  covisitation: COVISITATION,
  session: SESSION,
  neighbours: NEIGHBOURS,
  labels: RARE_LABELS,
};
/** Of each other user found. */
const SIMILARITY = 0;
const NOBODY = 1;
const WINDOWS = POPULARITY_WINDOWS.map(windowOf);
const COVISITATION_DECAY = 0.9;
const SESSION_DECAY = 0.8;
const SESSION_HALF_LIFE_SECONDS = 7 * 86_400;
const NEIGHBOURS_MAX = 50;
const CO_TAKING_HALF_LIFE_MS = 14 * DAY_MS;
const VOTE_HALF_LIFE_MS = 12 * DAY_MS;
/** Neighbours with long histories share items by chance. */
const HISTORY_PRIOR = 5;
/** Rare labels shared say no more than this. */
const RARE_MAX = 3;

export class NextItems {
  size = 0;
  situation = 0;
  readonly keys = new Float64Array(CANDIDATES_MAX);
  /** SIGNALS of each candidate. */
  readonly signals: Float32Array;
  /** Of each candidate, once they are weighed. */
  private logits: Float64Array = new Float64Array(0);
  /** Of each item asked for (`beginAmong`). */
  private odds = new Float64Array(128);
  private readonly order = new Int32Array(CANDIDATES_MAX);
  private readonly leaders = new Float64Array(Math.max(LEADERS, LEADERS_OF_KIND));
  private readonly found = new FoundItems(8);
  private readonly similar = new FoundItems(2);
  private readonly labels: RecentLabels;
  private now = 0;
  private userRow = -1;
  /** Of the candidates' log-odds. */
  private floor = 0;
  /** Whether the log-odds are those of this question. */
  private weighed = false;
  /** Whether only the items asked for are described. */
  private among = false;

  /** Signals that are left out, and whether an item is found by each channel. */
  private readonly silent: readonly number[];
  private readonly foundBy: readonly number[];
  private readonly kinds: boolean;

  constructor(
    private readonly tables: NextItemReads,
    without: readonly Voice[] = [],
  ) {
    this.signals = tables.mix.signals;
    this.silent = without.flatMap((voice) => VOICES[voice]);
    this.foundBy = FINDERS.filter((voice) => !without.includes(voice)).map((voice) => COLUMN_OF[voice]);
    this.kinds = !without.includes('kinds');
    this.labels = new RecentLabels(tables);
  }

  begin(situation: Situation, worked?: FinderObserver): void {
    this.find(situation, worked);
    this.describeAll();
    worked?.('mix');
  }

  /**
   * For `logit` of these items alone: what else the channels find is not described, which spares most of the work. The floor is then
   * the lowest of those among them that a channel found, and the log-odds of any other item; where none was found, all are alike.
   */
  beginAmong(situation: Situation, itemKeys: readonly number[]): void {
    this.find(situation);
    if (this.odds.length < itemKeys.length) this.odds = new Float64Array(itemKeys.length * 2);
    const { mix } = this.tables;
    let floor = Infinity;
    for (let from = 0; from < itemKeys.length; from += CANDIDATES_MAX) {
      const count = Math.min(CANDIDATES_MAX, itemKeys.length - from);
      for (let i = 0; i < count; i++) this.describe(i, itemKeys[from + i]!);
      const logits = mix.weigh(0, count, this.situation);
      for (let i = 0; i < count; i++) {
        this.odds[from + i] = logits[i]!;
        if (this.placeOf(itemKeys[from + i]!) >= 0) floor = Math.min(floor, logits[i]!);
      }
    }
    this.among = true;
    this.floor = floor === Infinity ? 0 : floor;
    for (let i = 0; i < itemKeys.length; i++) {
      const at = this.found.place(itemKeys[i]!); // may grow the columns
      this.found.columns[ASKED]![at] = i + 1;
      if (floor === Infinity) this.odds[i] = 0;
      else if (this.found.columns[PLACE]![at] === 0) this.odds[i] = Math.min(floor, this.odds[i]!);
    }
  }

  /** Predicts the engagement, then teaches the mix. Comes before the tables hear of it. */
  learn({ userKey, itemKey, weight, timestamp, recentKeys, recentAgesSeconds }: Engagement): void {
    const { mix, histories } = this.tables;
    if (!(weight > 0) || histories.has(userKey, itemKey) || !mix.asks(userKey, timestamp)) return;
    this.find({ userKey, recentKeys, recentAgesSeconds, now: timestamp });
    const taken = this.placeOf(itemKey);
    if (taken < 0) return; // says nothing of the mix, and describing takes as long as finding
    this.describeAll();
    mix.learn(this.size, taken, this.situation);
  }

  /** The candidates, without their signals. */
  private find(situation: Situation, worked?: FinderObserver): void {
    this.situation = kindOf(situation);
    this.now = situation.now;
    this.userRow = this.tables.userFactors.find(situation.userKey);
    this.found.clear();
    this.size = 0;
    this.weighed = this.among = false;
    this.noteTaken(situation);
    worked?.('mix');
    this.followRecents(situation, worked);
    this.labels.follow(situation.recentKeys);
    this.labels.eachSharingRare((key, weight) => this.add(RARE_LABELS, key, weight));
    worked?.('labels');
    this.askNeighbours(situation);
    worked?.('neighbours');
    this.gather(situation);
  }

  placeOf(itemKey: number): number {
    const at = this.found.find(itemKey);
    return at < 0 ? -1 : this.found.columns[PLACE]![at]! - 1;
  }

  /** Engagements that the mix has learnt from. */
  get examples(): number {
    return this.tables.mix.examples;
  }

  /** Places of the candidates, best by the mix first. Holds until the next call. */
  ranked(): Int32Array {
    this.weigh();
    for (let place = 0; place < this.size; place++) this.order[place] = place;
    return sortedByScore(this.order.subarray(0, this.size), this.logits);
  }

  /** The signal of the one channel. */
  signal(place: number, signal: number): number {
    return this.signals[place * WIDTH + signal]!;
  }

  /**
   * The items nearest to the user by their factors, best first, whatever channel knows of them; none for a user without
   * factors. For recall only: above a size they are found by a graph that lags, and nothing may be learnt from it.
   */
  nearest(count: number, wanted: (itemKey: number) => boolean): number[] {
    const { userFactors, itemFactors } = this.tables;
    if (this.userRow < 0) return [];
    const own = userFactors.values.subarray(this.userRow * FACTORS, (this.userRow + 1) * FACTORS);
    const rows = itemFactors.near.nearest(own, count, (row) => {
      const key = itemFactors.keyOf(row);
      const at = this.found.find(key);
      return (at < 0 || this.found.columns[TAKEN]![at] === 0) && wanted(key);
    });
    return Array.from(rows, (row) => itemFactors.keyOf(row));
  }

  /** What the signal adds to the candidate's log-odds. */
  contribution(place: number, signal: number): number {
    return this.tables.mix.weight(signal, this.situation) * this.signal(place, signal);
  }

  /**
   * The mix's log-odds of an item. One that no channel found stands no higher than the lowest that one did: the mix has
   * learnt from what was found, and says nothing of the rest.
   */
  logit(itemKey: number): number {
    const at = this.found.find(itemKey);
    const asked = at < 0 ? 0 : this.found.columns[ASKED]![at]!;
    if (asked > 0) return this.odds[asked - 1]!;
    if (this.among) return this.floor;
    this.weigh();
    const place = at < 0 ? -1 : this.found.columns[PLACE]![at]! - 1;
    if (place >= 0) return this.logits[place]!;
    this.describe(CANDIDATES_MAX, itemKey);
    const logits = this.tables.mix.weigh(CANDIDATES_MAX, 1, this.situation);
    return Math.min(this.floor, logits[CANDIDATES_MAX]!);
  }

  /** The mix's log-odds of all candidates, once a question; the floor is 0 when there are none: all items are alike then. */
  private weigh(): void {
    if (this.weighed) return;
    this.weighed = true;
    this.floor = this.size === 0 ? 0 : Infinity;
    this.logits = this.tables.mix.weigh(0, this.size, this.situation);
    for (let place = 0; place < this.size; place++) this.floor = Math.min(this.floor, this.logits[place]!);
  }

  /** What the user took lately is no candidate. */
  private noteTaken({ userKey, recentKeys }: Situation): void {
    const { found } = this;
    for (const key of recentKeys) found.columns[TAKEN]![found.place(key)] = 1;
    const { histories } = this.tables;
    const history = histories.rowOf(userKey);
    for (let i = 0; i < histories.sizeOf(history); i++)
      found.columns[TAKEN]![found.place(histories.partnerOf(history, i))] = 1;
  }

  private followRecents({ recentKeys, recentAgesSeconds }: Situation, worked?: FinderObserver): void {
    const { covisitation, transitions } = this.tables;
    for (let r = 0; r < recentKeys.length; r++) {
      const pairWeight = COVISITATION_DECAY ** r;
      covisitation.each(recentKeys[r]!, (key, score) => this.add(COVISITATION, key, pairWeight * score));
      worked?.('covisitation');
      const weight = SESSION_DECAY ** r * halved(recentAgesSeconds[r]! / SESSION_HALF_LIFE_SECONDS);
      transitions.each(recentKeys[r]!, (key, probability) => {
        this.add(SESSION, key, weight * probability);
        if (r === 0) this.add(LAST, key, probability);
      });
      worked?.('session');
    }
  }

  private askNeighbours({ userKey, recentKeys, recentAgesSeconds, now }: Situation): void {
    const { takers, histories, statistics } = this.tables;
    const { similar } = this;
    similar.clear();
    for (let r = 0; r < recentKeys.length; r++) {
      const row = takers.rowOf(recentKeys[r]!);
      if (row < 0) continue;
      const at = now - recentAgesSeconds[r]! * 1000;
      const rarity = 1 / Math.log(2 + statistics.popularity(recentKeys[r]!, now, 604_800));
      const size = takers.sizeOf(row);
      for (let i = 0; i < size; i++) {
        const taker = takers.partnerOf(row, i);
        if (taker === userKey) continue;
        const near = rarity * halved(Math.abs(takers.timeOf(row, i) - at) / CO_TAKING_HALF_LIFE_MS);
        const other = similar.place(taker); // may grow the columns
        similar.columns[SIMILARITY]![other]! += near;
      }
    }
    const similarities = similar.columns[SIMILARITY]!;
    for (let other = 0; other < similar.size; other++)
      similarities[other]! /= Math.sqrt(
        HISTORY_PRIOR + histories.sizeOf(histories.rowOf(similar.keys[other]!)),
      );
    for (const other of similar.greatest(SIMILARITY, NEIGHBOURS_MAX, NOBODY)) {
      const row = histories.rowOf(similar.keys[other]!);
      const size = histories.sizeOf(row);
      for (let i = 0; i < size; i++) {
        const age = Math.abs(now - histories.timeOf(row, i));
        this.add(
          NEIGHBOURS,
          histories.partnerOf(row, i),
          similarities[other]! * halved(age / VOTE_HALF_LIFE_MS),
        );
      }
    }
  }

  /** The best of each channel, then the most popular of each window; nothing that the user has just taken. */
  private gather({ now }: Situation): void {
    const { found } = this;
    for (const channel of this.foundBy)
      for (const at of found.greatest(channel, FOUND_MAX, TAKEN)) this.admit(at);
    const { statistics, takings } = this.tables;
    const { leaders } = this;
    for (const window of WINDOWS) {
      const count = statistics.trendingKeys(LEADERS, now, window, leaders);
      for (let i = 0; i < count; i++) this.admit(found.place(leaders[i]!));
    }
    if (!this.kinds) return;
    for (let kind = 0; kind < TAKINGS.length; kind++)
      for (let window = 0; window < TAKINGS[kind]!.seconds.length; window++) {
        const count = takings.leaders(kind, window, LEADERS_OF_KIND, now, leaders);
        for (let i = 0; i < count; i++) this.admit(found.place(leaders[i]!));
      }
  }

  /** Makes what was found a candidate, unless it is one or the user has it. */
  private admit(at: number): void {
    const { keys, columns } = this.found;
    if (columns[PLACE]![at] !== 0 || columns[TAKEN]![at] !== 0) return;
    columns[PLACE]![at] = this.size + 1;
    this.keys[this.size++] = keys[at]!;
  }

  private describeAll(): void {
    for (let place = 0; place < this.size; place++) this.describe(place, this.keys[place]!);
  }

  private describe(place: number, key: number): void {
    const { statistics, userFactors, itemFactors } = this.tables;
    const { signals, now } = this;
    const at = place * WIDTH;
    const row = statistics.rowOf(key);
    let popularity = 0;
    for (let w = 0; w < WINDOWS.length; w++) {
      popularity = statistics.log2PopularityOf(row, WINDOWS[w]!, now);
      signals[at + w] = popularitySignal(popularity);
    }
    this.describeFound(this.found.find(key), popularity, at);
    signals[at + SIGNAL.factors] = affinity(userFactors, itemFactors, this.userRow, itemFactors.find(key));
    this.describeTakings(key, at);
    this.labels.compare(key, signals, at + SIGNAL.labels, at + SIGNAL.lastLabels);
    for (const signal of this.silent) signals[at + signal] = 0;
  }

  /** What the channels gathered. @param log2Popularity of the longest window */
  private describeFound(found: number, log2Popularity: number, at: number): void {
    const { signals } = this;
    const { columns } = this.found;
    if (found < 0) {
      signals.fill(0, at + SIGNAL.covisitation, at + SIGNAL.rareNeighbours + 1);
      signals[at + SIGNAL.rareLabels] = 0;
      return;
    }
    const votes = columns[NEIGHBOURS]![found]!;
    signals[at + SIGNAL.covisitation] = scaled(columns[COVISITATION]![found]! * 1e3);
    signals[at + SIGNAL.session] = scaled(columns[SESSION]![found]! * 1e4);
    signals[at + SIGNAL.lastSession] = scaled(columns[LAST]![found]! * 1e4);
    signals[at + SIGNAL.neighbours] = scaled(votes * 1e3);
    signals[at + SIGNAL.rareNeighbours] =
      votes === 0 ? 0 : scaled((votes / (1 + Math.log1p(2 ** log2Popularity))) * 1e3);
    signals[at + SIGNAL.rareLabels] = Math.min(RARE_MAX, columns[RARE_LABELS]![found]!);
  }

  private describeTakings(key: number, at: number): void {
    const { takings } = this.tables;
    const { signals, now } = this;
    const row = takings.rowOf(key);
    let signal = at + SIGNAL.takings;
    for (let kind = 0; kind < TAKINGS.length; kind++)
      for (let window = 0; window < TAKINGS[kind]!.seconds.length; window++)
        signals[signal++] = popularitySignal(takings.log2PopularityOf(row, kind, window, now));
    signals[at + SIGNAL.age] =
      row < 0 ? 0 : Math.log1p(Math.max(0, now - takings.firstOf(row)) / HOUR_MS) / 5;
    signals[at + SIGNAL.lastTaken] =
      row < 0 ? 0 : Math.log1p(Math.max(0, now - takings.lastOf(row)) / (HOUR_MS / 6)) / 5;
  }

  private add(channel: number, key: number, amount: number): void {
    const at = this.found.place(key); // may grow the columns
    this.found.columns[channel]![at]! += amount;
  }
}

/** Popularity below it says no less: nobody for long is nobody. */
const LOG2_POPULARITY_MIN = Math.log2(0.02);

const popularitySignal = (log2: number): number => (Math.max(LOG2_POPULARITY_MIN, log2) * Math.LN2) / 2;

/** Of sums that span orders of magnitude, in numbers that a layer can weigh. */
const scaled = (sum: number): number => (sum === 0 ? 0 : Math.log1p(sum) / 2);
