/**
 * The labels that items and users of this process have, numbered as they are met: an item's labels and a row of a user's
 * interests name theirs by 4 bytes, and the text, its dimension and its hash stand here once, for all of them.
 *
 * Numbers are this process's own: nothing that is stored or sent says them. The book grows with the distinct labels that the
 * catalogue has had while the process ran, as the catalogue itself does, and not with the users.
 */
import { widened } from '#kernel';
import { labelHash, type Dimension } from './dimensions.js';

const FIRST_LABELS = 1_024;

export class LabelBook {
  private readonly ids: Map<string, number>[] = [new Map(), new Map(), new Map(), new Map()];
  private readonly texts: string[] = [];
  private hashes = new Uint32Array(FIRST_LABELS);
  private dimensions = new Uint8Array(FIRST_LABELS);

  /** The label's number, a new one at the first time. */
  idOf(dimension: Dimension, text: string): number {
    const ids = this.ids[dimension]!;
    const known = ids.get(text);
    if (known !== undefined) return known;
    const id = this.texts.length;
    if (id === this.hashes.length) this.grow();
    this.texts.push(text);
    this.hashes[id] = labelHash(dimension, text);
    this.dimensions[id] = dimension;
    ids.set(text, id);
    return id;
  }

  /** The text as the book has it: one string for all that bear the label. */
  shared(dimension: Dimension, text: string): string {
    return this.texts[this.idOf(dimension, text)]!;
  }

  text(id: number): string {
    return this.texts[id]!;
  }

  /** labelHash of the label. */
  hash(id: number): number {
    return this.hashes[id]!;
  }

  dimension(id: number): Dimension {
    return this.dimensions[id] as Dimension; // idOf put one there
  }

  private grow(): void {
    this.hashes = widened(this.hashes);
    this.dimensions = widened(this.dimensions);
  }
}

/** The one of this process. */
export const labelBook = new LabelBook();
