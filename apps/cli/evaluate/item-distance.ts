/** How different two items are: by their embeddings where both have one, else by their categories. */
import type { Catalogue } from '#catalogue';
import { cosineDistance, jaccardDistance, type ItemDistance } from '#evaluation';

export function itemDistance(catalogue: Pick<Catalogue, 'get'>): ItemDistance {
  return (a, b) => {
    const [left, right] = [catalogue.get(a), catalogue.get(b)];
    if (!left || !right) return undefined;
    if (left.embedding && right.embedding) return cosineDistance(left.embedding, right.embedding);
    return jaccardDistance(left.categories, right.categories);
  };
}
