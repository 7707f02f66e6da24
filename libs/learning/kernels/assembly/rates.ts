/** The counts of features' click rates (../../feature-rates.ts). */
import { CLICKED, room, roundedCount, SHOWN, stage, staged } from './grid';
import { COUNT_CLICKED, COUNT_SHOWN } from './tail';
import { touched } from './touch';

/** Label of what is counted as shown already. */
const REVISED: u32 = 2;
/** A feature shown so often counts for half as much from then on: a float of 32 bits stops counting at twice as much. */
const SHOWN_MAX: f32 = 8388608;
/** Features whose rows are touched before they are counted: their lines fit the first cache. */
const AT_ONCE: i32 = 256;

/** Counts features: `length` times slot and label, u32 each. */
export function countRates(waiting: usize, length: i32, tails: usize, stride: usize): void {
  for (let from = 0; from < length; from += AT_ONCE) {
    const to = min(length, from + AT_ONCE);
    let seen: u32 = 0;
    for (let i: usize = from; i < <usize>to; i++)
      seen ^= load<u32>(tails + <usize>load<u32>(waiting + (i << 3)) * stride + COUNT_SHOWN);
    touched(seen);
    let next = room(to - from);
    for (let i: usize = from; i < <usize>to; i++) {
      const slot = load<u32>(waiting + (i << 3));
      const label = load<u32>(waiting + (i << 3), 4);
      const tail = tails + <usize>slot * stride;
      let changes = counted(tail + COUNT_SHOWN, label != REVISED, SHOWN) | counted(tail + COUNT_CLICKED, label != 0, CLICKED);
      if (load<f32>(tail + COUNT_SHOWN) >= SHOWN_MAX) {
        halve(tail + COUNT_SHOWN);
        halve(tail + COUNT_CLICKED);
        changes = SHOWN | CLICKED;
      }
      next = stage(next, slot, changes);
    }
    staged(next);
  }
}

/** Adds one, or nothing. @returns the change, if hosts have to hear of it */
@inline
function counted(at: usize, counts: bool, change: u32): u32 {
  const before = load<f32>(at);
  const after = before + <f32>counts;
  store<f32>(at, after);
  return <u32>(roundedCount(<u32>before) != roundedCount(<u32>after)) * change;
}

@inline
function halve(at: usize): void {
  store<f32>(at, floor<f32>(load<f32>(at) / 2));
}
