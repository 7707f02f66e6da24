/**
 * The items that the catalogue of this process has had, numbered as they came, with the hashes of their ids: what is kept of a user
 * between two uses names an item by its number (libs/interest/packed-user.ts), and need neither spell nor hash its id again.
 *
 * Numbers are this process's own: nothing that is stored or sent says them. The book grows with the catalogue's distinct ids, and not with
 * what events name: an id that no item ever had gets no number.
 */
import { key53, widened } from '#kernel';
import { itemHash } from './item-signals.js';

const FIRST_ITEMS = 1_024;

export class ItemBook {
  private readonly numbers = new Map<string, number>();
  private readonly texts: string[] = [];
  private keys = new Float64Array(FIRST_ITEMS);
  private hashes = new Uint32Array(FIRST_ITEMS);

  /** The item's number, a new one at the first time. */
  admit(id: string): number {
    const known = this.numbers.get(id);
    if (known !== undefined) return known;
    const number = this.texts.length;
    if (number === this.keys.length) this.grow();
    this.texts.push(id);
    this.keys[number] = key53(id);
    this.hashes[number] = itemHash(id);
    this.numbers.set(id, number);
    return number;
  }

  /** The number of an item that was admitted. */
  find(id: string): number | undefined {
    return this.numbers.get(id);
  }

  id(number: number): string {
    return this.texts[number]!;
  }

  /** key53 of the id. */
  key(number: number): number {
    return this.keys[number]!;
  }

  /** itemHash of the id. */
  hash(number: number): number {
    return this.hashes[number]!;
  }

  private grow(): void {
    this.keys = widened(this.keys);
    this.hashes = widened(this.hashes);
  }
}

/** The one of this process. */
export const itemBook = new ItemBook();
