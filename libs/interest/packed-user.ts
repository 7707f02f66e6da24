/**
 * A user that is not in use, as bytes in this process's memory: a third to a half of the stored form (user-codec.ts), which
 * has to say everything itself. Exact: an unpacked user folds on as the one that was packed. Never stored or sent, so it
 * has no version and may name what only this process knows:
 *
 * - labels of interests by their numbers in the book of labels, recent items by theirs in the book of items; weights so that what one
 *   interaction added to several labels repeats the same bytes (interest-table.ts);
 * - times of actions, recent and shown items by their place among those of the seen event ids, and items of actions by theirs among
 *   the recent ones: what happened in one event shares both.
 *
 * A user that comes back is unpacked, folded and packed again, so both ways are on the path of an event: nothing is sorted, hashed
 * or looked up that the bytes can say.
 *
 *     form u8 (0 plain, 1 squeezed: what follows is deflated) | parts
 */
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { key53 } from '#kernel';
import { itemBook, itemHash } from '#features';
import { ActionWindow } from './action-window.js';
import { InterestTable } from './interest-table.js';
import { TYPES_MAX } from './limits.js';
import { RecentItems } from './recent-items.js';
import { SeenEvents } from './seen-events.js';
import { ShownItems } from './shown-items.js';
import { StateReader, StateWriter } from './state-writer.js';
import { readRest, writeRest } from './user-codec.js';
import { UserState } from './user-state.js';

const PLAIN = 0;
const SQUEEZED = 1;
/** Matches are eight bytes long or none: searching for longer takes twice the time and finds a fiftieth more. */
const DEFLATE = { level: constants.Z_BEST_SPEED };

const writer = new StateWriter();

/** @returns the bytes, which stand where the next user is packed: whoever keeps them copies them */
export function packUser(state: UserState): Uint8Array {
  const { actions, recents, shownItems, seen } = state;
  const { times, acts } = actions.columns();
  const known = seen.columns();
  writer.reset();
  writer.count(PLAIN);
  writer.text(state.userId);
  writeRest(writer, state);
  state.interests.pack(writer);
  writer.count(known.keys.length);
  writer.f64s(known.keys);
  writer.series(known.times);
  packRecents(writer, recents, known.times);
  writer.count(times.length);
  writeTimes(writer, times, known.times);
  packActs(writer, acts, recents.hashes);
  writer.count(shownItems.times.length);
  writeTimes(writer, shownItems.times, known.times);
  writer.u32s(shownItems.hashes);
  writer.counts(shownItems.counts);
  return writer.written();
}

/** @param bytes of packUser or squeezeUser */
export function unpackUser(bytes: Uint8Array): UserState {
  const from = new StateReader(bytes[0] === SQUEEZED ? inflateRawSync(bytes.subarray(1)) : bytes);
  from.count();
  const state = new UserState(from.text());
  readRest(from, state);
  state.interests = InterestTable.unpack(from);
  const keys = from.f64s(from.size(8));
  const times = from.series(keys.length);
  state.seen = SeenEvents.of(keys, times);
  state.recents = unpackRecents(from, times);
  const { hashes } = state.recents;
  const actions = from.size(3);
  const actedAt = readTimes(from, actions, times);
  state.actions = ActionWindow.of(actedAt, unpackActs(from, actions, hashes));
  const shown = from.size(6);
  const shownItems = new ShownItems();
  shownItems.times = readTimes(from, shown, times);
  shownItems.hashes = from.u32s(shown);
  shownItems.counts = from.counts(shown);
  state.shownItems = shownItems;
  return state;
}

/** Two thirds of the packed bytes, for the price of a hundred microseconds. */
export function squeezeUser(packed: Uint8Array): Uint8Array {
  const deflated = deflateRawSync(packed, DEFLATE);
  if (deflated.length + 1 >= packed.length) return packed;
  const out = new Uint8Array(deflated.length + 1);
  out[0] = SQUEEZED;
  out.set(deflated, 1);
  return out;
}

function packRecents(out: StateWriter, recents: RecentItems, seenTimes: readonly number[]): void {
  out.count(recents.size);
  for (let i = 0; i < recents.size; i++) {
    const id = recents.ids[i]!;
    const number = itemBook.find(id);
    out.count(number === undefined ? 0 : number + 1);
    if (number === undefined) out.text(id);
  }
  out.u32(recents.lastCategory);
  writeTimes(out, recents.times, seenTimes);
  out.f32s(recents.weights);
  out.counts(recents.types);
}

function unpackRecents(from: StateReader, seenTimes: readonly number[]): RecentItems {
  const recents = new RecentItems();
  const n = from.size(7);
  for (let i = 0; i < n; i++) {
    const number = from.count() - 1;
    const id = number < 0 ? from.text() : itemBook.id(number);
    recents.ids.push(id);
    recents.keys.push(number < 0 ? key53(id) : itemBook.key(number));
    recents.hashes.push(number < 0 ? itemHash(id) : itemBook.hash(number));
  }
  recents.lastCategory = from.u32();
  recents.times = readTimes(from, n, seenTimes);
  recents.weights = from.f32s(n);
  recents.types = from.counts(n);
  return recents;
}

/** Items, then types: what one action has in common with the next stands together. */
function packActs(out: StateWriter, acts: readonly number[], known: readonly number[]): void {
  let place = -1;
  for (let i = 0; i < acts.length; i++)
    place = writeItem(out, Math.floor(acts[i]! / TYPES_MAX), known, place);
  for (let i = 0; i < acts.length; i++) out.count(acts[i]! % TYPES_MAX);
}

function unpackActs(from: StateReader, n: number, known: readonly number[]): number[] {
  const acts: number[] = [];
  for (let i = 0; i < n; i++) {
    const place = from.count();
    acts.push((place === 0 ? from.u32() : known[place - 1]!) * TYPES_MAX);
  }
  for (let i = 0; i < n; i++) acts[i] = acts[i]! + from.count();
  return acts;
}

/** Each time by how far its place among the `known` ones is from behind the one before; 0 and the time where it is not there. */
function writeTimes(out: StateWriter, times: readonly number[], known: readonly number[]): void {
  let next = 0;
  for (let i = 0; i < times.length; i++) {
    const time = times[i]!;
    const place = known[next] === time ? next : placeOf(time, known);
    if (place < 0) {
      out.count(0);
      out.signed(time);
    } else {
      const step = place - next;
      out.count(step < 0 ? -2 * step : 2 * step + 1);
      next = place + 1;
    }
  }
}

function readTimes(from: StateReader, n: number, known: readonly number[]): number[] {
  const times: number[] = [];
  let next = 0;
  for (let i = 0; i < n; i++) {
    const step = from.count();
    if (step === 0) times.push(from.signed());
    else {
      next += step & 1 ? step >> 1 : -(step >> 1);
      times.push(known[next++]!);
    }
  }
  return times;
}

/** Times of seen events nearly always ascend; where they do not, the place is looked for. @returns −1 when it is not there */
function placeOf(time: number, known: readonly number[]): number {
  let low = 0;
  let high = known.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (known[middle]! < time) low = middle + 1;
    else high = middle;
  }
  return known[low] === time ? low : known.lastIndexOf(time);
}

/**
 * The hash by its place among `known`, from 1 on; 0 and the hash itself where it is not there.
 * @param before place of the item before it: the next item often follows it
 */
function writeItem(out: StateWriter, hash: number, known: readonly number[], before: number): number {
  const place = known[before + 1] === hash ? before + 1 : known.lastIndexOf(hash);
  out.count(place + 1);
  if (place < 0) out.u32(hash);
  return place;
}
