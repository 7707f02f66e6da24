/**
 * A simulated audience. Items differ in quality, and each visitor hides a taste: a few genres and tags they
 * like, which drift slowly. Clicks follow a position-based model: one must look at the slot, then like what is there,
 *
 *     P(click | item, slot) = examination(slot) · σ(bias + quality(item) + taste(item))
 *
 * Pure: chance comes from the seeded generator it is given.
 */
import { fnv1a32, SeededRandom } from '#kernel';
import type { DemoItem } from './catalogue.js';

/** Examination falls with the slot as slot^−0.5: 1, .71, .58, .5, … */
const EXAMINATION_EXPONENT = 0.5;
/** σ of this is the click rate of an examined item of average quality that touches no taste. */
const BIAS = -3;
/** Standard deviation of what everybody agrees on about an item. */
const QUALITY_SPREAD = 0.7;
const GENRES_LIKED = 3;
const TAGS_LIKED = 5;
const GENRE_WEIGHT = 3;
const TAG_WEIGHT = 1.2;
/** Share of sessions after which one of a visitor's tags is replaced. */
const DRIFT_RATE = 0.02;
/** Visitors come back: visitor ⌊N · u^SKEW⌋ for uniform u. */
const RETURN_SKEW = 1.2;

interface Visitor {
  readonly userId: string;
  readonly genres: string[];
  readonly tags: string[];
}

export class Audience {
  private readonly visitors: Visitor[];
  private readonly genres: string[];
  private readonly tags: string[];
  private readonly quality: ReadonlyMap<string, number>;

  constructor(
    users: number,
    items: readonly DemoItem[],
    private readonly random: SeededRandom,
  ) {
    this.genres = [...new Set(items.map(genreOf))].sort();
    this.tags = frequentTags(items);
    this.quality = new Map(items.map((item) => [item.id, qualityOf(item)]));
    this.visitors = Array.from({ length: users }, (_, i) => ({
      userId: `visitor-${i + 1}`,
      genres: this.sample(this.genres, GENRES_LIKED),
      tags: this.sample(this.tags, TAGS_LIKED),
    }));
  }

  /** Who comes next. */
  next(): string {
    return this.visitors[Math.floor(this.visitors.length * this.random.next() ** RETURN_SKEW)]!.userId;
  }

  /** Probability that this visitor likes an item they look at. */
  appeal(userId: string, item: DemoItem): number {
    const visitor = this.visitor(userId);
    let logit = BIAS + this.quality.get(item.id)!;
    if (visitor.genres.includes(genreOf(item))) logit += GENRE_WEIGHT;
    for (const tag of item.tags) if (visitor.tags.includes(tag)) logit += TAG_WEIGHT;
    return 1 / (1 + Math.exp(-logit));
  }

  /** Indices of the items this visitor clicks in a list, in its order. */
  clicks(userId: string, list: readonly DemoItem[]): number[] {
    const clicked = list.flatMap((item, i) =>
      this.random.next() < examination(i + 1) * this.appeal(userId, item) ? [i] : [],
    );
    this.drift(userId);
    return clicked;
  }

  /** Click rate of lists drawn at random: what the recommender has to beat. */
  randomClickRate(items: readonly DemoItem[], listLength: number, lists = 2_000): number {
    const random = new SeededRandom(1);
    let sum = 0;
    for (let i = 0; i < lists; i++) {
      const visitor = this.visitors[Math.floor(this.visitors.length * random.next() ** RETURN_SKEW)]!;
      for (let slot = 1; slot <= listLength; slot++)
        sum += examination(slot) * this.appeal(visitor.userId, random.pick(items));
    }
    return sum / (lists * listLength);
  }

  private drift(userId: string): void {
    if (this.random.next() >= DRIFT_RATE) return;
    const { tags } = this.visitor(userId);
    tags[this.random.below(tags.length)] = this.random.pick(this.tags);
  }

  private visitor(userId: string): Visitor {
    const visitor = this.visitors[Number(userId.slice('visitor-'.length)) - 1];
    if (!visitor) throw new Error(`no visitor ${userId} in this audience`);
    return visitor;
  }

  private sample(from: readonly string[], n: number): string[] {
    const chosen = new Set<string>();
    while (chosen.size < Math.min(n, from.length)) chosen.add(this.random.pick(from));
    return [...chosen];
  }
}

export function examination(slot: number): number {
  return slot ** -EXAMINATION_EXPONENT;
}

/** The same for everybody, and on every machine. */
function qualityOf(item: DemoItem): number {
  return QUALITY_SPREAD * new SeededRandom(fnv1a32(item.id)).normal();
}

/** The finer of an item's categories. */
function genreOf(item: DemoItem): string {
  return item.categories[item.categories.length - 1]!;
}

/** Tags that at least this many items carry can be a taste. */
const TAG_ITEMS_MIN = 6;

function frequentTags(items: readonly DemoItem[]): string[] {
  const counts = new Map<string, number>();
  for (const item of items) for (const tag of item.tags) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  return [...counts]
    .filter(([, n]) => n >= TAG_ITEMS_MIN)
    .map(([tag]) => tag)
    .sort();
}
