/** `embedding`: items whose embeddings lie near the user's. Silent unless both have one of the same length. */
import type { CandidateSet } from '../candidates.js';
import type { RecallRequest } from '../channel.js';
import { cosine } from '../embedding-buckets.js';

const STRENGTH_MAX = 0.8;

export function embedding(request: RecallRequest, budget: number, out: CandidateSet): void {
  const own = request.taste.embedding;
  if (!own) return;
  const near: { slot: number; similarity: number }[] = [];
  request.index.embeddings.near(own, (slot) => {
    const similarity = cosine(own, request.index.item(slot)!.embedding!);
    if (similarity > 0 && request.admits(slot)) near.push({ slot, similarity });
  });
  near.sort((a, b) => b.similarity - a.similarity || a.slot - b.slot);
  for (const { slot, similarity } of near.slice(0, budget))
    out.add(slot, 'embedding', STRENGTH_MAX * similarity);
}
