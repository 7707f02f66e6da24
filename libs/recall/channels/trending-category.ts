/** `trending-category`: what is engaged with now in the categories that the user likes most. */
import type { CandidateSet } from '../candidates.js';
import type { RecallRequest } from '../channel.js';

const STRENGTH_MAX = 0.65;
const CATEGORIES_MAX = 4;

export function trendingInCategories(request: RecallRequest, budget: number, out: CandidateSet): void {
  const { index, statistics, taste, now } = request;
  const liked = taste.interests
    .filter(({ dimension, weight }) => dimension === 'category' && weight > 0)
    .sort((a, b) => b.weight - a.weight || (a.label < b.label ? -1 : 1))
    .slice(0, CATEGORIES_MAX);
  const window = statistics.windowOf();
  const total = liked.reduce((sum, { weight }) => sum + weight, 0);
  for (const { label, weight } of liked) {
    const list = index.listOf('category', label);
    if (!list) continue;
    const head = index.trendingOf(list, statistics, window);
    const popularity = (rank: number): number =>
      statistics.popularityOf(index.keyOf(head.at(rank)), window, now);
    const most = head.size > 0 ? popularity(0) : 0;
    let left = Math.ceil((budget * weight) / total);
    for (let rank = 0; rank < head.size && left > 0 && most > 0; rank++) {
      const slot = head.at(rank);
      if (!request.admits(slot)) continue;
      const strength = (STRENGTH_MAX * popularity(rank)) / most;
      if (out.add(slot, 'trending-category', strength, list.id)) left--;
    }
  }
}
