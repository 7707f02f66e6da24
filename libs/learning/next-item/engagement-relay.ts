/**
 * How hosts follow the tables of the next item: they hear the engagements and take the same steps as the learner. An engagement has some
 * hundred bytes and changes forty rows of six tables, which have thousands; and equal steps from an equal state give equal bytes.
 *
 * A step is known by the FEEDBACK sequence of its message and its number there, so that none is taken twice:
 *
 *     kind u8 | sequence varint | number varint | body
 *     taking   userKey f64 | itemKey f64 | timestamp f64 | weight f32 | n u8 | n × (recentKey f64, ageSeconds f32) |
 *              l u8 | l × itemLabel u32
 *     fit      the factors are fitted anew (alternating-least-squares.ts); no body
 *
 * Bounded: beyond PENDING_BYTES_MAX everything is dropped, and replicas find a gap and start from a snapshot.
 */
import type { ByteReader } from '../byte-reader.js';
import { ByteWriter } from '../byte-writer.js';
import type { CoVisitation } from '../co-visitation.js';
import { fitFactors, type AlsSettings } from './alternating-least-squares.js';
import { recordNextItem, type NextItemTables, type Taking } from './next-item-tables.js';

const PENDING_BYTES_MAX = 32 * 1024 * 1024;
/** Ends a list of steps. */
const END = 0;
const TAKING = 1;
const FIT = 2;

export interface HeardTables extends NextItemTables {
  readonly covisitation: CoVisitation;
}

/** One step of all tables that hosts follow by hearing. */
export function takeStep(tables: HeardTables, taking: Taking): void {
  const { itemKey, weight, timestamp, recentKeys, recentAgesSeconds } = taking;
  tables.covisitation.recordEngagement(itemKey, weight, timestamp, recentKeys, recentAgesSeconds);
  recordNextItem(tables, taking);
}

/** The learner's side: steps since the last delta. */
export class EngagementRelay {
  /** Steps up to this FEEDBACK sequence were dropped: replicas that are behind it have missed some. */
  lost = 0;
  private pending = new ByteWriter();
  /** Where each step ends in the bytes. */
  private ends: number[] = [];
  /** So many steps of `ends`, and so many bytes, were drained and are not cut off yet: each cut copies what stays. */
  private drainedSteps = 0;
  private drainedBytes = 0;
  private sequence = 0;
  private number = 0;

  get size(): number {
    return this.ends.length - this.drainedSteps;
  }

  taking(sequence: number, taking: Taking): void {
    if (!(taking.weight > 0)) return; // changes no table
    const { pending } = this;
    this.begin(TAKING, sequence);
    pending.f64(taking.userKey);
    pending.f64(taking.itemKey);
    pending.f64(taking.timestamp);
    pending.f32(taking.weight);
    const { recentKeys, recentAgesSeconds, itemLabels = [] } = taking;
    pending.u8(recentKeys.length);
    for (let i = 0; i < recentKeys.length; i++) {
      pending.f64(recentKeys[i]!);
      pending.f32(recentAgesSeconds[i]!);
    }
    pending.u8(itemLabels.length);
    for (const label of itemLabels) pending.u32(label);
    this.end(sequence);
  }

  fit(sequence: number): void {
    this.begin(FIT, sequence);
    this.end(sequence);
  }

  /** Takes out as many steps as fit. Costs what it takes out, however much waits. */
  drain(writer: ByteWriter, bytesMax: number): void {
    const { ends, drainedSteps: first, drainedBytes: from } = this;
    let next = first;
    while (next < ends.length && ends[next]! - from < bytesMax) next++;
    if (next > first) {
      this.drainedSteps = next;
      this.drainedBytes = ends[next - 1]!;
      writer.raw(this.pending.bytes().subarray(from, this.drainedBytes));
      if (this.drainedBytes * 2 >= this.pending.length) this.cutDrained();
    }
    writer.u8(END);
  }

  clear(): void {
    this.pending = new ByteWriter();
    this.ends = [];
    this.drainedSteps = this.drainedBytes = 0;
  }

  /** Copies no more than was drained since the last time. */
  private cutDrained(): void {
    const rest = this.pending.bytes().subarray(this.drainedBytes);
    const ends = this.ends.slice(this.drainedSteps).map((at) => at - this.drainedBytes);
    this.clear();
    this.pending.raw(rest);
    this.ends = ends;
  }

  private begin(kind: number, sequence: number): void {
    if (sequence !== this.sequence) this.number = 0;
    this.sequence = sequence;
    this.pending.u8(kind);
    this.pending.varint(sequence);
    this.pending.varint(this.number++);
  }

  private end(sequence: number): void {
    this.ends.push(this.pending.length);
    if (this.pending.length - this.drainedBytes <= PENDING_BYTES_MAX) return;
    this.clear();
    this.lost = sequence;
  }
}

/** A host's side. */
export class EngagementListener {
  private number = Infinity;

  /** @param sequence FEEDBACK sequence whose steps the tables know, all of them */
  constructor(
    private readonly tables: HeardTables,
    private readonly als: AlsSettings | undefined,
    private sequence: number,
  ) {}

  /** Takes the steps that are new. */
  hear(reader: ByteReader): void {
    for (let kind = reader.u8(); kind !== END; kind = reader.u8()) {
      const isNew = this.moveOn(reader.varint(), reader.varint());
      if (kind === FIT) {
        if (isNew && this.als)
          fitFactors(this.tables.histories, this.tables.userFactors, this.tables.itemFactors, this.als);
        continue;
      }
      const taking = readTaking(reader);
      if (isNew) takeStep(this.tables, taking);
    }
  }

  private moveOn(sequence: number, number: number): boolean {
    if (sequence < this.sequence || (sequence === this.sequence && number <= this.number)) return false;
    this.sequence = sequence;
    this.number = number;
    return true;
  }
}

function readTaking(reader: ByteReader): Taking {
  const userKey = reader.f64();
  const itemKey = reader.f64();
  const timestamp = reader.f64();
  const weight = reader.f32();
  const recentKeys: number[] = [];
  const recentAgesSeconds: number[] = [];
  for (let left = reader.u8(); left > 0; left--) {
    recentKeys.push(reader.f64());
    recentAgesSeconds.push(reader.f32());
  }
  const itemLabels = Array.from({ length: reader.u8() }, () => reader.u32());
  return { userKey, itemKey, timestamp, weight, recentKeys, recentAgesSeconds, itemLabels };
}
