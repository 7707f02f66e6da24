/**
 * The channels that learn from who took what: `session` (what followed the user's recent items, and how soon),
 * `neighbours` (what people with the same items took to), `factors` (the nearest by matrix factorisation), and the best
 * of all together by the learnt mix, each under the name of the channel that speaks most for it: `labels` (what has labels in
 * common with those items) among them, or `mix` where none does.
 */
import { POPULARITY_SIGNALS, SIGNAL } from '#learning';
import { sortedByScore } from '#kernel';
import type { CandidateSet, ChannelName } from '../candidates.js';
import type { Channel, RecallRequest } from '../channel.js';
import type { NextItemsFound } from '../next-items.js';

const STRENGTH = { session: 0.85, neighbours: 0.75, factors: 0.65 };
/** Of the mix: above the others, once it has learnt. */
const MIX_STRENGTH = 1;
const EXAMPLES_HALF = 1_000;

const SPEAKERS: readonly { readonly name: ChannelName; readonly signals: readonly number[] }[] = [
  { name: 'trending', signals: POPULARITY_SIGNALS },
  { name: 'covisitation', signals: [SIGNAL.covisitation] },
  { name: 'session', signals: [SIGNAL.session, SIGNAL.lastSession] },
  { name: 'neighbours', signals: [SIGNAL.neighbours, SIGNAL.rareNeighbours] },
  { name: 'factors', signals: [SIGNAL.factors] },
  { name: 'labels', signals: [SIGNAL.labels, SIGNAL.rareLabels, SIGNAL.lastLabels] },
];

export const session: Channel = (request, budget, out) => bySignal('session', request, budget, out);
export const neighbours: Channel = (request, budget, out) => bySignal('neighbours', request, budget, out);

export const factors: Channel = ({ next, index, admits }, budget, out) => {
  const admitted = (key: number): boolean => {
    const slot = index.slotOf(key);
    return slot >= 0 && admits(slot);
  };
  const keys = next?.nearest(budget, admitted) ?? [];
  keys.forEach((key, rank) =>
    out.add(index.slotOf(key), 'factors', STRENGTH.factors * (1 - rank / (2 * keys.length))),
  );
};

export const mix: Channel = (request, budget, out) => {
  const { next, index, admits } = request;
  if (!next || next.examples === 0) return;
  const order = next.ranked();
  const usual = averages(request, order);
  const learnt = next.examples / (next.examples + EXAMPLES_HALF);
  let left = budget;
  for (let rank = 0; rank < order.length && left > 0; rank++) {
    const place = order[rank]!;
    const slot = index.slotOf(next.keys[place]!);
    if (slot < 0 || !admits(slot)) continue;
    const strength = MIX_STRENGTH * learnt * (1 - rank / (2 * order.length));
    const speaker = speakerOf(request, place, slot, usual);
    if (
      out.add(slot, speaker, strength, speaker === 'covisitation' ? request.covisitation.causeOf(slot) : -1)
    )
      left--;
  }
};

function bySignal(
  name: 'session' | 'neighbours',
  request: RecallRequest,
  budget: number,
  out: CandidateSet,
): void {
  const { next, index, admits } = request;
  if (!next) return;
  const signal = SIGNAL[name];
  const places = heard(next, signal);
  let left = budget;
  for (let rank = 0; rank < places.length && left > 0; rank++) {
    const slot = index.slotOf(next.keys[places[rank]!]!);
    if (slot < 0 || !admits(slot)) continue;
    if (out.add(slot, name, STRENGTH[name] * (1 - rank / (2 * places.length)))) left--;
  }
}

let places = new Int32Array(256);
let strengths = new Float64Array(256);

/** Places of the candidates of which the channel says anything, the strongest first. Holds until the next call. */
function heard(next: NextItemsFound, signal: number): Int32Array {
  if (places.length < next.size) {
    places = new Int32Array(next.size * 2);
    strengths = new Float64Array(next.size * 2);
  }
  let count = 0;
  for (let place = 0; place < next.size; place++) {
    strengths[place] = next.signal(place, signal);
    if (strengths[place]! > 0) places[count++] = place;
  }
  return sortedByScore(places.subarray(0, count), strengths);
}

/** What each channel adds to the candidates' log-odds on average: only what goes beyond it speaks for an item. */
function averages({ next }: RecallRequest, order: ArrayLike<number>): number[] {
  return SPEAKERS.map(({ signals }) => {
    let sum = 0;
    for (let place = 0; place < order.length; place++)
      for (let i = 0; i < signals.length; i++) sum += next!.contribution(place, signals[i]!);
    return sum / Math.max(1, order.length);
  });
}

/** A channel that has heard nothing of the item cannot speak for it, whatever is usual. */
function speakerOf(
  { next, covisitation }: RecallRequest,
  place: number,
  slot: number,
  usual: readonly number[],
): ChannelName {
  let best: ChannelName = 'mix';
  let most = 0;
  for (let s = 0; s < SPEAKERS.length; s++) {
    const { name, signals } = SPEAKERS[s]!;
    if (name === 'covisitation' && covisitation.strengthOf(slot) === 0) continue;
    let sum = 0;
    let heard = false;
    for (let i = 0; i < signals.length; i++) {
      sum += next!.contribution(place, signals[i]!);
      heard ||= next!.signal(place, signals[i]!) !== 0;
    }
    const says = sum - usual[s]!;
    if (!heard || says <= most) continue;
    most = says;
    best = name;
  }
  return best;
}
