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
  const total = liked.reduce((sum, { weight }) => sum + weight, 0);
  for (const { label, weight } of liked) {
    const list = index.listOf('category', label);
    if (!list) continue;
    const { slots, scores } = index.trending.of(list, index, statistics, now);
    let left = Math.ceil((budget * weight) / total);
    for (let i = 0; i < slots.length && left > 0; i++) {
      if (!index.holds(list, slots[i]!) || !request.admits(slots[i]!)) continue;
      const strength = (STRENGTH_MAX * scores[i]!) / scores[0]!;
      if (out.add(slots[i]!, 'trending-category', strength, list.id)) left--;
    }
  }
}
