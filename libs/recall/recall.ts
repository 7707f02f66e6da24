/**
 * Recall: from a catalogue of any size to some hundred candidates, without looking at the rest. Each channel
 * has a name, a share of the budget and a scale of strength; what several find carries all their names and
 * the label of the strongest.
 *
 * | channel      | share | strength    | finds                                         |
 * |--------------|-------|-------------|-----------------------------------------------|
 * | covisitation | 20 %  | 0.5 .. 1    | neighbours of the user's recent items         |
 * | mix          | 30 %  | 0 .. 1      | the best of all collaborative channels by the learnt mix |
 * | session      | 8 %   | 0.4 .. 0.85 | what followed the user's recent items         |
 * | neighbours   | 8 %   | 0.4 .. 0.75 | what people with the same items took to       |
 * | factors      | 4 %   | 0.3 .. 0.65 | the nearest by matrix factorisation           |
 * | labels       | none  | of mix      | what has rare labels in common with the user's recent items: only `mix` brings it |
 * | content      | 35 %  | 0.45 .. 0.9 | the lists of the user's strongest interests   |
 * | embedding    | 10 %  | 0 .. 0.8    | items near the user's embedding               |
 * | trending     | 10 %  | 0 .. 0.6    | what everybody engages with now               |
 * | segment      | 10 %  | 0 .. 0.62   | the same among people like the user           |
 * | trending-category | off | 0 .. 0.65 | the same in the user's favourite categories |
 * | new          | 10 %  | 0 .. 0.5    | items without evidence                        |
 * | catalogue    | rest  | 0.1         | the best by CTR, then anything, up to a floor |
 */
import { combine32, fnv1a32, SeededRandom } from '#kernel';
import type { CandidateSet, ChannelName } from './candidates.js';
import type { Channel, RecallRequest } from './channel.js';
import { catalogue } from './channels/catalogue.js';
import { content } from './channels/content.js';
import { covisitation } from './channels/covisitation.js';
import { embedding } from './channels/embedding.js';
import { factors, mix, neighbours, session } from './channels/next-items.js';
import { newest } from './channels/newest.js';
import { segment } from './channels/segment.js';
import { trendingInCategories } from './channels/trending-category.js';
import { trending } from './channels/trending.js';

const SHARES: readonly {
  readonly name: ChannelName;
  readonly share: number;
  readonly find: Channel;
}[] = [
  { name: 'mix', share: 0.3, find: mix },
  { name: 'session', share: 0.08, find: session },
  { name: 'neighbours', share: 0.08, find: neighbours },
  { name: 'factors', share: 0.04, find: factors },
  { name: 'covisitation', share: 0.2, find: covisitation },
  { name: 'content', share: 0.35, find: content },
  { name: 'embedding', share: 0.1, find: embedding },
  { name: 'trending', share: 0.1, find: trending },
  { name: 'trending-category', share: 0, find: trendingInCategories },
  { name: 'segment', share: 0.1, find: segment },
  { name: 'new', share: 0.1, find: newest },
];
/** Those whose share can be set: the catalogue takes the rest. */
export const SHARED_CHANNELS: readonly ChannelName[] = SHARES.map(({ name }) => name);
/** Those without a share, unless one is set. */
export const CHANNELS_OFF: readonly ChannelName[] = SHARES.filter(({ share }) => share === 0).map(
  ({ name }) => name,
);
/** Candidates looked for where nothing else is asked, within what the set holds. More cost time and hardly ever win. */
export const CANDIDATES = 200;
/** So many for each item wanted, at least. */
const CANDIDATES_EACH = 20;
/** The catalogue channel fills up to this many candidates, or FLOOR_EACH for each item wanted. */
const FLOOR = 100;
const FLOOR_EACH = 4;

/**
 * Fills `out` (emptied first). It is empty afterwards only if nothing visible is admitted. Where the set holds less than
 * all budgets together, each channel has its part of the room kept for it, and what those before it left.
 */
export function recall(request: RecallRequest, out: CandidateSet): void {
  out.reset(request.index.slotCount);
  const streams = streamsOf(request.random);
  const budget = Math.min(
    out.capacity,
    Math.max(request.candidates ?? CANDIDATES, request.wanted * CANDIDATES_EACH),
  );
  const shareOf = ({ name, share }: (typeof SHARES)[number]): number => request.shares?.[name] ?? share;
  const total = SHARES.reduce((sum, channel) => sum + shareOf(channel), 0);
  let asked = 0; // sums to `total` exactly: nothing is kept behind the last one
  for (const channel of SHARES) {
    const share = shareOf(channel);
    if (share <= 0) continue;
    asked += share;
    const before = out.size;
    const keptForLater = Math.ceil((out.capacity * (total - asked)) / total);
    const room = Math.min(Math.ceil(budget * share), out.capacity - out.size - keptForLater);
    if (room > 0) channel.find({ ...request, random: streams(channel.name) }, room, out);
    request.looked?.(channel.name, out.size - before);
  }
  const floor = Math.min(out.capacity, Math.max(FLOOR, request.wanted * FLOOR_EACH));
  if (out.size >= floor) return;
  const before = out.size;
  catalogue({ ...request, random: streams('catalogue') }, floor - before, out);
  request.looked?.('catalogue', out.size - before);
}

/** Chance of its own for each channel: how often one draws, as its caches make it, changes nothing for the others. */
function streamsOf(random: SeededRandom): (channel: ChannelName) => SeededRandom {
  const seed = random.below(2 ** 32);
  return (channel) => new SeededRandom(combine32(seed, fnv1a32(channel)));
}
