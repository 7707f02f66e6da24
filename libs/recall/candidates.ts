/**
 * The candidates of one request: slots, each with every channel that found it, and the label and cause of the
 * one that found it most strongly. Typed arrays, reused from request to request.
 */

/** Order is the bit in `channels`. `labels` has no candidates but those that `mix` brings; `mix` names those for which no channel speaks. */
export const CHANNELS = [
  'covisitation',
  'session',
  'neighbours',
  'factors',
  'labels',
  'mix',
  'content',
  'embedding',
  'trending',
  'trending-category',
  'segment',
  'new',
  'catalogue',
] as const;
export type ChannelName = (typeof CHANNELS)[number];

export class CandidateSet {
  size = 0;
  readonly slots: Int32Array;
  /** Index into CHANNELS of the strongest. */
  readonly label: Uint8Array;
  /** Bits of all channels that found it. */
  readonly channels: Uint32Array;
  /** Of the strongest channel; comparable between channels, (0, 1]. */
  readonly strength: Float32Array;
  /** What made the strongest channel find it: a list id (content, trending-category), the index of a group (segment), a recent item's index (covisitation), else −1. */
  readonly cause: Int32Array;
  /** Place + 1 of a slot in this set. */
  private places = new Int32Array(1024);

  constructor(readonly capacity: number) {
    this.slots = new Int32Array(capacity);
    this.label = new Uint8Array(capacity);
    this.channels = new Uint32Array(capacity);
    this.strength = new Float32Array(capacity);
    this.cause = new Int32Array(capacity);
  }

  get isFull(): boolean {
    return this.size === this.capacity;
  }

  /** Empties the set, for an index of `slotCount` slots. */
  reset(slotCount: number): void {
    for (let i = 0; i < this.size; i++) this.places[this.slots[i]!] = 0;
    this.size = 0;
    if (this.places.length < slotCount) this.places = new Int32Array(slotCount * 2);
  }

  has(slot: number): boolean {
    return this.places[slot] !== 0;
  }

  /** @returns whether the slot is new in the set; false too when the set is full. */
  add(slot: number, channel: ChannelName, strength: number, cause = -1): boolean {
    const bit = CHANNELS.indexOf(channel);
    const place = this.places[slot]! - 1;
    if (place >= 0) {
      this.channels[place]! |= 1 << bit;
      if (strength > this.strength[place]!) this.describe(place, bit, strength, cause);
      return false;
    }
    if (this.isFull) return false;
    this.slots[this.size] = slot;
    this.channels[this.size] = 1 << bit;
    this.describe(this.size, bit, strength, cause);
    this.places[slot] = ++this.size;
    return true;
  }

  labelOf(place: number): ChannelName {
    return CHANNELS[this.label[place]!]!;
  }

  channelsOf(place: number): ChannelName[] {
    return CHANNELS.filter((_, bit) => (this.channels[place]! & (1 << bit)) !== 0);
  }

  private describe(place: number, bit: number, strength: number, cause: number): void {
    this.label[place] = bit;
    this.strength[place] = strength;
    this.cause[place] = cause;
  }
}
