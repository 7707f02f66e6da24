/** A sample named by its list and item, in 53 bits: how a click finds what was counted as not clicked. */
import { combine32 } from '#kernel';

export function sampleKey(listKey: number, itemKey: number): number {
  const low = combine32(listKey >>> 0, itemKey >>> 0);
  const high = combine32((itemKey / 0x1_0000_0000) >>> 0, low ^ ((listKey / 0x1_0000_0000) >>> 0));
  return (high & 0x1fffff) * 0x1_0000_0000 + low || 1;
}

/** Place of the newest entry of a ring that has the key, −1 without one. @param written entries ever written */
export function newestOf(ring: Float64Array, key: number, written: number, window: number): number {
  const next = written % window;
  const at = next === 0 ? -1 : ring.lastIndexOf(key, next - 1);
  return at >= 0 || written < window ? at : ring.lastIndexOf(key);
}
