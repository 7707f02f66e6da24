/**
 * Positive interactions that met no open impression. If the impression they belong to arrives later (out of
 * order), it claims one and yields a positive at once. The newest few are kept, not longer than the attribution window.
 */
import { removeAt } from './columns.js';
import { EARLY_CLICKS_MAX } from './limits.js';
import type { StateReader, StateWriter } from './state-writer.js';

export interface EarlyClick {
  readonly itemKey: number;
  /** key53 of the recommendation id, 0 if the click named none. */
  readonly listKey: number;
  readonly at: number;
  /** Of the interaction's type: as that of a click that finds its impression open. */
  readonly weight: number;
}

export class EarlyClicks {
  private clicks: EarlyClick[] = [];

  get size(): number {
    return this.clicks.length;
  }

  /** The first click on the item that an impression at `at` explains: at or after it, within the window, not of another list. */
  find(itemKey: number, listKey: number, at: number, attributionMs: number): EarlyClick | undefined {
    if (this.clicks.length === 0) return undefined;
    return this.clicks.find(
      (click) =>
        click.itemKey === itemKey &&
        click.at >= at &&
        click.at - at <= attributionMs &&
        (click.listKey === 0 || listKey === 0 || click.listKey === listKey),
    );
  }

  /** @param latest the user's latest event time, ms */
  add(click: EarlyClick, latest: number, attributionMs: number): void {
    this.clicks.push(click);
    let gone = Math.max(0, this.clicks.length - EARLY_CLICKS_MAX);
    while (gone < this.clicks.length && latest - this.clicks[gone]!.at > attributionMs) gone++;
    removeAt(this.clicks, 0, gone);
  }

  remove(click: EarlyClick): void {
    this.clicks = this.clicks.filter((other) => other !== click);
  }

  absorb(other: EarlyClicks): void {
    this.clicks = [...other.clicks, ...this.clicks].slice(-EARLY_CLICKS_MAX);
  }

  write(out: StateWriter): void {
    out.count(this.clicks.length);
    for (const { itemKey, listKey, at, weight } of this.clicks) {
      out.f64(itemKey);
      out.f64(listKey);
      out.count(at);
      out.f64(weight);
    }
  }

  static read(from: StateReader): EarlyClicks {
    const early = new EarlyClicks();
    const n = from.size(25);
    for (let i = 0; i < n; i++) {
      early.clicks.push({ itemKey: from.f64(), listKey: from.f64(), at: from.count(), weight: from.f64() });
    }
    return early;
  }
}
