/**
 * The last few partners of each key and when: the items a user took to, or the users who took to an item. Both
 * together are what user-based collaborative filtering needs: neighbours are found through the items they share.
 */
import type { ByteReader } from '../byte-reader.js';
import type { ByteWriter } from '../byte-writer.js';
import { KeyedRows } from '../keyed-rows.js';
import type { ModelTable } from '../model-table.js';

/** A row's partners, oldest first. */
export interface Links {
  readonly keys: Float64Array;
  /** Event times, ms. */
  readonly times: Float64Array;
  size: number;
}

export class RecentLinks implements ModelTable {
  private readonly owners: KeyedRows;
  private readonly rows: Links[] = [];

  /** @param each partners remembered of one owner, at most 255 */
  constructor(
    ownersMax: number,
    private readonly each: number,
  ) {
    this.owners = new KeyedRows(ownersMax);
  }

  /** Undefined for an owner without links. */
  of(owner: number): Links | undefined {
    const at = this.owners.find(owner);
    return at < 0 ? undefined : this.rows[at];
  }

  has(owner: number, partner: number): boolean {
    const links = this.of(owner);
    return links !== undefined && placeOf(links, partner) >= 0;
  }

  /** Every owner, in order of rows. */
  eachOwner(visit: (owner: number, links: Links) => void): void {
    for (let at = 0; at < this.owners.size; at++)
      if (this.owners.keys[at] !== 0) visit(this.owners.keys[at]!, this.rows[at]!);
  }

  /** A known partner moves to its newest time; beyond the bound the oldest goes. */
  record(owner: number, partner: number, timestamp: number): void {
    const at = this.owners.claim(owner);
    const links = this.rowAt(at);
    if (this.owners.recycled) links.size = 0;
    const known = placeOf(links, partner);
    if (known >= 0 && links.times[known]! > timestamp) return;
    if (known >= 0) remove(links, known);
    else if (links.size === this.each) remove(links, 0);
    let place = links.size++;
    for (; place > 0 && links.times[place - 1]! > timestamp; place--) {
      links.keys[place] = links.keys[place - 1]!;
      links.times[place] = links.times[place - 1]!;
    }
    links.keys[place] = partner;
    links.times[place] = timestamp;
  }

  encode(writer: ByteWriter): void {
    this.owners.encode(writer);
    for (const links of this.rows) encodeLinks(writer, links);
  }

  decode(reader: ByteReader): void {
    this.owners.decode(reader);
    for (let at = 0; at < this.owners.size; at++) this.decodeLinks(reader, at);
  }

  private decodeLinks(reader: ByteReader, at: number): void {
    const links = this.rowAt(at);
    links.size = Math.min(reader.u8(), this.each);
    reader.array(links.keys.subarray(0, links.size));
    reader.array(links.times.subarray(0, links.size));
  }

  private rowAt(at: number): Links {
    while (this.rows.length <= at)
      this.rows.push({ keys: new Float64Array(this.each), times: new Float64Array(this.each), size: 0 });
    return this.rows[at]!;
  }
}

function encodeLinks(writer: ByteWriter, { keys, times, size }: Links): void {
  writer.u8(size);
  writer.array(keys.subarray(0, size));
  writer.array(times.subarray(0, size));
}

function placeOf({ keys, size }: Links, partner: number): number {
  for (let i = 0; i < size; i++) if (keys[i] === partner) return i;
  return -1;
}

function remove(links: Links, place: number): void {
  links.keys.copyWithin(place, place + 1, links.size);
  links.times.copyWithin(place, place + 1, links.size);
  links.size--;
}
