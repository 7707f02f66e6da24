/**
 * The candidates of the collaborative channels for one user at one moment, with each channel's signal: what the
 * learner learns the mix from, and what hosts recall and rank by. One code for both, bounded, into reused arrays.
 *
 *     popularity       ln of decayed engagement, four half-lives
 *     co-visitation    Σ_r 0.9^r · score(recent_r, item)
 *     session          Σ_r 0.8^r · 2^(−age_r / week) · P(item | recent_r), and P(item | newest) by itself
 *     neighbours       users who took to the same items at about the same time, rare items counting more:
 *                      Σ_v similarity(u, v) · 2^(−age / 12 days), and the same less what is popular anyway
 *     factors          p_u · q_item
 */
import type { Engagement } from '#events';
import { FACTORS } from './factor-vectors.js';
import { affinity } from './matrix-factorisation.js';
import type { NextItemReads } from './next-item-tables.js';
import { kindOf, POPULARITY_WINDOWS, SIGNAL, SIGNALS, type Situation } from './signals.js';

const WIDTH = SIGNALS.length;
const DAY_MS = 86_400_000;
/** Kept of each popularity window, and of each of the other channels. */
const LEADERS = 50;
const FOUND_MAX = 60;
export const CANDIDATES_MAX = POPULARITY_WINDOWS.length * LEADERS + 3 * FOUND_MAX;
const COVISITATION_DECAY = 0.9;
const SESSION_DECAY = 0.8;
const SESSION_HALF_LIFE_SECONDS = 7 * 86_400;
const NEIGHBOURS = 50;
const CO_TAKING_HALF_LIFE_MS = 14 * DAY_MS;
const VOTE_HALF_LIFE_MS = 12 * DAY_MS;
/** Neighbours with long histories share items by chance. */
const HISTORY_PRIOR = 5;

interface Found {
  covisitation: number;
  session: number;
  last: number;
  neighbours: number;
}

export class NextItems {
  size = 0;
  situation = 0;
  readonly keys = new Float64Array(CANDIDATES_MAX);
  /** SIGNALS of each candidate. */
  readonly signals = new Float32Array((CANDIDATES_MAX + 1) * WIDTH);
  private readonly logits = new Float64Array(CANDIDATES_MAX);
  private readonly found = new Map<number, Found>();
  private readonly places = new Map<number, number>();
  private readonly similarities = new Map<number, number>();
  /** What the user has just taken. */
  private readonly taken = new Set<number>();
  private now = 0;
  private userRow = -1;
  private floor: number | undefined;

  constructor(private readonly tables: NextItemReads) {}

  begin(situation: Situation): void {
    this.situation = kindOf(situation);
    this.now = situation.now;
    this.userRow = this.tables.userFactors.find(situation.userKey);
    this.found.clear();
    this.places.clear();
    this.size = 0;
    this.followRecents(situation);
    this.askNeighbours(situation);
    this.gather(situation);
    this.floor = undefined;
  }

  /** Predicts the engagement, then teaches the mix. Comes before the tables hear of it. */
  learn({ userKey, itemKey, weight, timestamp, recentKeys, recentAgesSeconds }: Engagement): void {
    const { mix, histories } = this.tables;
    if (!(weight > 0) || histories.has(userKey, itemKey) || !mix.wants(userKey, timestamp)) return;
    this.begin({ userKey, recentKeys, recentAgesSeconds, now: timestamp });
    const taken = this.placeOf(itemKey);
    if (taken >= 0) mix.learn(this.signals, this.size, taken, this.situation, this.logits);
  }

  placeOf(itemKey: number): number {
    return this.places.get(itemKey) ?? -1;
  }

  /** Engagements that the mix has learnt from. */
  get examples(): number {
    return this.tables.mix.examples;
  }

  /** Places of the candidates, best by the mix first. */
  ranked(): Int32Array {
    for (let place = 0; place < this.size; place++)
      this.logits[place] = this.tables.mix.logit(this.signals, place, this.situation);
    return Int32Array.from({ length: this.size }, (_, place) => place).sort(
      (a, b) => this.logits[b]! - this.logits[a]! || a - b,
    );
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
      return !this.taken.has(key) && wanted(key);
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
    const place = this.placeOf(itemKey);
    if (place >= 0) return this.tables.mix.logit(this.signals, place, this.situation);
    this.floor ??= this.lowest();
    this.describe(CANDIDATES_MAX, itemKey);
    return Math.min(this.floor, this.tables.mix.logit(this.signals, CANDIDATES_MAX, this.situation));
  }

  /** 0 when nothing was found: all items are alike then. */
  private lowest(): number {
    let lowest = this.size === 0 ? 0 : Infinity;
    for (let place = 0; place < this.size; place++)
      lowest = Math.min(lowest, this.tables.mix.logit(this.signals, place, this.situation));
    return lowest;
  }

  private followRecents({ recentKeys, recentAgesSeconds }: Situation): void {
    const { covisitation, transitions } = this.tables;
    for (let r = 0; r < recentKeys.length; r++) {
      const pairWeight = COVISITATION_DECAY ** r;
      covisitation.each(recentKeys[r]!, (key, score) => (this.of(key).covisitation += pairWeight * score));
      const weight = SESSION_DECAY ** r * 2 ** (-recentAgesSeconds[r]! / SESSION_HALF_LIFE_SECONDS);
      transitions.each(recentKeys[r]!, (key, probability) => {
        const found = this.of(key);
        found.session += weight * probability;
        if (r === 0) found.last = probability;
      });
    }
  }

  private askNeighbours({ userKey, recentKeys, recentAgesSeconds, now }: Situation): void {
    const { takers, histories, statistics } = this.tables;
    const { similarities } = this;
    similarities.clear();
    for (let r = 0; r < recentKeys.length; r++) {
      const links = takers.of(recentKeys[r]!);
      if (!links) continue;
      const at = now - recentAgesSeconds[r]! * 1000;
      const rarity = 1 / Math.log(2 + statistics.popularity(recentKeys[r]!, now, 604_800));
      for (let i = 0; i < links.size; i++) {
        const other = links.keys[i]!;
        if (other === userKey) continue;
        const near = rarity * 2 ** (-Math.abs(links.times[i]! - at) / CO_TAKING_HALF_LIFE_MS);
        similarities.set(other, (similarities.get(other) ?? 0) + near);
      }
    }
    const nearest = [...similarities].map(([key, similarity]) => ({
      key,
      similarity: similarity / Math.sqrt(HISTORY_PRIOR + (histories.of(key)?.size ?? 0)),
    }));
    nearest.sort((a, b) => b.similarity - a.similarity || a.key - b.key);
    for (const { key, similarity } of nearest.slice(0, NEIGHBOURS)) {
      const links = histories.of(key);
      for (let i = 0; links && i < links.size; i++)
        this.of(links.keys[i]!).neighbours +=
          similarity * 2 ** (-Math.abs(now - links.times[i]!) / VOTE_HALF_LIFE_MS);
    }
  }

  /** The best of each channel, then the most popular of each window; nothing that the user has just taken. */
  private gather({ userKey, recentKeys, now }: Situation): void {
    const { statistics, histories } = this.tables;
    const { taken } = this;
    taken.clear();
    for (const key of recentKeys) taken.add(key);
    const history = histories.of(userKey);
    for (let i = 0; history && i < history.size; i++) taken.add(history.keys[i]!);
    const entries = [...this.found].filter(([key]) => !taken.has(key));
    for (const channel of ['covisitation', 'session', 'neighbours'] as const) this.best(entries, channel);
    for (const window of POPULARITY_WINDOWS)
      for (const key of statistics.trending(LEADERS, now, window).keys) if (!taken.has(key)) this.add(key);
  }

  private best(entries: readonly [number, Found][], channel: keyof Found): void {
    const strengths = Float64Array.from(entries, ([, found]) => found[channel]).sort();
    const threshold = strengths[strengths.length - FOUND_MAX] ?? 0;
    let left = FOUND_MAX;
    for (const [key, found] of entries)
      if (found[channel] > 0 && found[channel] >= threshold && left-- > 0) this.add(key);
  }

  private add(key: number): void {
    if (this.places.has(key)) return;
    this.places.set(key, this.size);
    this.keys[this.size] = key;
    this.describe(this.size++, key);
  }

  private describe(place: number, key: number): void {
    const { statistics, userFactors, itemFactors } = this.tables;
    const { signals, now } = this;
    const at = place * WIDTH;
    const found = this.found.get(key);
    let popularity = 0;
    for (let w = 0; w < POPULARITY_WINDOWS.length; w++) {
      popularity = statistics.popularity(key, now, POPULARITY_WINDOWS[w]!);
      signals[at + w] = Math.log(0.02 + popularity) / 2;
    }
    // From here on `popularity` is that of the longest window.
    const votes = found?.neighbours ?? 0;
    signals[at + SIGNAL.covisitation] = Math.log1p((found?.covisitation ?? 0) * 1e3);
    signals[at + SIGNAL.session] = Math.log1p((found?.session ?? 0) * 1e4);
    signals[at + SIGNAL.lastSession] = Math.log1p((found?.last ?? 0) * 1e4);
    signals[at + SIGNAL.neighbours] = Math.log1p(votes * 1e3);
    signals[at + SIGNAL.rareNeighbours] = Math.log1p((votes / (1 + Math.log1p(popularity))) * 1e3);
    signals[at + SIGNAL.factors] = affinity(userFactors, itemFactors, this.userRow, itemFactors.find(key));
  }

  private of(key: number): Found {
    let found = this.found.get(key);
    if (!found) this.found.set(key, (found = { covisitation: 0, session: 0, last: 0, neighbours: 0 }));
    return found;
  }
}
