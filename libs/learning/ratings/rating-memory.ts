/**
 * The newest ratings, to be learnt from again: a factor needs several looks at a rating, and a stream gives one.
 * Which of them is looked at depends on counts alone.
 */
import { mix32 } from '#kernel';
import type { ByteReader } from '../byte-reader.js';
import type { ByteWriter } from '../byte-writer.js';

export const REMEMBERED_MAX = 65_536;
const FIRST = 1_024;

export class RatingMemory {
  size = 0;
  userKeys = new Float64Array(FIRST);
  itemKeys = new Float64Array(FIRST);
  /** What users', items' biases and factors have to account for, in standard deviations. */
  targets = new Float32Array(FIRST);
  private next = 0;

  add(userKey: number, itemKey: number, target: number): void {
    this.fit(this.next + 1);
    this.userKeys[this.next] = userKey;
    this.itemKeys[this.next] = itemKey;
    this.targets[this.next] = target;
    this.size = Math.max(this.size, this.next + 1);
    this.next = (this.next + 1) % REMEMBERED_MAX;
  }

  clear(): void {
    this.size = this.next = 0;
  }

  /** One of those remembered; equal draws find equal ratings. */
  pick(draw: number): number {
    return mix32(draw) % this.size;
  }

  encode(writer: ByteWriter): void {
    writer.varint(this.size);
    writer.varint(this.next);
    writer.array(this.userKeys.subarray(0, this.size));
    writer.array(this.itemKeys.subarray(0, this.size));
    writer.array(this.targets.subarray(0, this.size));
  }

  decode(reader: ByteReader): void {
    this.size = Math.min(reader.varint(), REMEMBERED_MAX);
    this.next = reader.varint() % REMEMBERED_MAX;
    this.fit(this.size);
    reader.array(this.userKeys.subarray(0, this.size));
    reader.array(this.itemKeys.subarray(0, this.size));
    reader.array(this.targets.subarray(0, this.size));
  }

  private fit(size: number): void {
    while (this.targets.length < size) {
      const [users, items, targets] = [this.userKeys, this.itemKeys, this.targets];
      this.userKeys = new Float64Array(users.length * 2);
      this.itemKeys = new Float64Array(users.length * 2);
      this.targets = new Float32Array(users.length * 2);
      this.userKeys.set(users);
      this.itemKeys.set(items);
      this.targets.set(targets);
    }
  }
}
