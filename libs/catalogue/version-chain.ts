/**
 * The versions of one item in log order. An absent item (deleted) is a version too: it hides the older ones.
 */
import type { Item } from './item.js';

interface Version {
  readonly since: number;
  readonly item: Item | undefined;
}

export class VersionChain {
  /** Ascending by `since`, one version a sequence: the frame's last word counts. */
  private versions: Version[] = [];

  get current(): Item | undefined {
    return this.versions[this.versions.length - 1]?.item;
  }

  get length(): number {
    return this.versions.length;
  }

  put(since: number, item: Item | undefined): void {
    const last = this.versions[this.versions.length - 1];
    if (last?.since === since) this.versions[this.versions.length - 1] = { since, item };
    else if (last === undefined)
      this.versions = [{ since, item }]; // most items have one: pushed into an empty array, it would take room for 17
    else this.versions.push({ since, item });
  }

  /** The version with the greatest `since` ≤ sequence. From the newest back: readers are nearly always close to the head. */
  at(sequence: number): Item | undefined {
    for (let i = this.versions.length - 1; i >= 0; i--) {
      const version = this.versions[i]!;
      if (version.since <= sequence) return version.item;
    }
    return undefined;
  }

  /** Forgets what no read at `floor` or later can see. False when nothing worth keeping is left. */
  compact(floor: number): boolean {
    let first = 0;
    while (first + 1 < this.versions.length && this.versions[first + 1]!.since <= floor) first++;
    const oldest = this.versions[first];
    if (oldest && oldest.since <= floor && oldest.item === undefined) first++;
    if (first > 0) this.versions = this.versions.slice(first);
    return this.versions.length > 0;
  }
}
