/**
 * A user that is not in use, as bytes in this process's memory: a third to a half of the stored form (user-codec.ts), which
 * has to say everything itself. Exact: an unpacked user folds on as the one that was packed. Never stored or sent, so it
 * has no version and may name what only this process knows:
 *
 * - labels of interests by their numbers in the book of labels; weights so that what one interaction added to several labels
 *   repeats the same bytes (interest-table.ts);
 * - each event time once: what happened in one event shares it (seen ids, actions, recent and shown items);
 * - items of actions and lists by their place among the recent items; ids of recent items by what differs from the one before.
 *
 *     form u8 (0 plain, 1 squeezed: what follows is deflated) | parts
 */
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { key53 } from '#kernel';
import { itemHash } from '#features';
import { ActionWindow } from './action-window.js';
import { InterestTable } from './interest-table.js';
import { TYPES_MAX } from './limits.js';
import { RecentItems } from './recent-items.js';
import { SeenEvents } from './seen-events.js';
import { SharedTimes } from './shared-times.js';
import { ShownItems } from './shown-items.js';
import { StateReader, StateWriter } from './state-writer.js';
import { readRest, writeRest } from './user-codec.js';
import { UserState } from './user-state.js';

const PLAIN = 0;
const SQUEEZED = 1;
/** Matches are eight bytes long or none: searching for longer takes twice the time and finds a fiftieth more. */
const DEFLATE = { level: constants.Z_BEST_SPEED };

const writer = new StateWriter();

export function packUser(state: UserState): Uint8Array {
  const { actions, recents, shownItems, seen } = state;
  const act = actions.columns();
  const known = seen.columns();
  writer.reset();
  writer.count(PLAIN);
  writer.text(state.userId);
  writeRest(writer, state);
  state.interests.pack(writer);
  const times = SharedTimes.of([known.times, act.times, recents.times, shownItems.times]);
  times.write(writer);
  writer.count(known.keys.length);
  writer.f64s(known.keys);
  times.writeColumn(writer, known.times);
  packRecents(writer, recents, times);
  writer.count(act.times.length);
  times.writeColumn(writer, act.times);
  writeItems(
    writer,
    act.acts.map((value) => Math.floor(value / TYPES_MAX)),
    recents.hashes,
  );
  writer.counts(act.acts.map((value) => value % TYPES_MAX));
  writer.count(shownItems.times.length);
  times.writeColumn(writer, shownItems.times);
  writeItems(writer, shownItems.hashes, recents.hashes);
  writer.counts(shownItems.counts);
  return writer.bytes();
}

/** @param bytes of packUser or squeezeUser */
export function unpackUser(bytes: Uint8Array): UserState {
  const from = new StateReader(bytes[0] === SQUEEZED ? inflateRawSync(bytes.subarray(1)) : bytes);
  from.count();
  const state = new UserState(from.text());
  readRest(from, state);
  state.interests = InterestTable.unpack(from);
  const times = SharedTimes.read(from);
  const keys = from.f64s(from.size(8));
  state.seen = SeenEvents.of(keys, times.readColumn(from, keys.length));
  state.recents = unpackRecents(from, times);
  const actions = from.size(3);
  const actedAt = times.readColumn(from, actions);
  const acted = readItems(from, actions, state.recents.hashes);
  const types = from.counts(actions);
  state.actions = ActionWindow.of(
    actedAt,
    acted.map((item, i) => item * TYPES_MAX + types[i]!),
  );
  const shown = from.size(3);
  const shownItems = new ShownItems();
  shownItems.times = times.readColumn(from, shown);
  shownItems.hashes = readItems(from, shown, state.recents.hashes);
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

function packRecents(out: StateWriter, recents: RecentItems, times: SharedTimes): void {
  out.count(recents.size);
  let before = '';
  for (const id of recents.ids) {
    const shared = sharedPrefix(before, id);
    out.count(shared);
    out.text(id.slice(shared));
    before = id;
  }
  out.u32(recents.lastCategory);
  times.writeColumn(out, recents.times);
  out.f32s(recents.weights);
  out.counts(recents.types);
}

function unpackRecents(from: StateReader, times: SharedTimes): RecentItems {
  const recents = new RecentItems();
  const n = from.size(8);
  let before = '';
  for (let i = 0; i < n; i++) {
    before = before.slice(0, from.count()) + from.text();
    recents.ids.push(before);
  }
  recents.keys = recents.ids.map(key53);
  recents.hashes = recents.ids.map(itemHash);
  recents.lastCategory = from.u32();
  recents.times = times.readColumn(from, n);
  recents.weights = from.f32s(n);
  recents.types = from.counts(n);
  return recents;
}

/** Characters that both start with; never half of a pair of surrogates. */
function sharedPrefix(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let shared = 0;
  while (shared < most && a.charCodeAt(shared) === b.charCodeAt(shared)) shared++;
  return shared > 0 && (a.charCodeAt(shared - 1) & 0xfc00) === 0xd800 ? shared - 1 : shared;
}

/** Each hash by its place among `known`, from 1 on; 0 and the hash itself where it is not there. */
function writeItems(out: StateWriter, hashes: readonly number[], known: readonly number[]): void {
  for (const hash of hashes) {
    const place = known.lastIndexOf(hash) + 1;
    out.count(place);
    if (place === 0) out.u32(hash);
  }
}

function readItems(from: StateReader, n: number, known: readonly number[]): number[] {
  const hashes: number[] = [];
  for (let i = 0; i < n; i++) {
    const place = from.count();
    hashes.push(place === 0 ? from.u32() : known[place - 1]!);
  }
  return hashes;
}
