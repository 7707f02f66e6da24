/** `embedding`: items whose embeddings lie near the user's. Silent unless both have one of the same length. */
import { cosine } from '#vectors';
import type { CandidateSet } from '../candidates.js';
import type { RecallRequest } from '../channel.js';

const STRENGTH_MAX = 0.8;

export function embedding(request: RecallRequest, budget: number, out: CandidateSet): void {
  const { index, taste, admits } = request;
  const own = taste.embedding;
  if (!own) return;
  for (const slot of index.embeddings.nearest(own, budget, admits)) {
    const similarity = cosine(own, index.item(slot)!.embedding!);
    if (similarity > 0) out.add(slot, 'embedding', STRENGTH_MAX * similarity);
  }
}
