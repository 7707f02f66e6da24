/** Whose trends an engagement belongs to: those of the user's segment, cluster, and groups known from outside. */
import type { Engagement } from '#events';
import { clusterGroup, segmentGroup } from '#features';
import type { Tables } from './tables.js';
import { NO_CLUSTER } from './user-clusters.js';

export function recordForGroups({ groups, clusters, statistics }: Tables, record: Engagement): void {
  const { taste = 0, segment, audiences = [], itemKey, weight, timestamp } = record;
  const cluster = clusters.nearest(taste);
  const window = statistics.bestWindowSeconds;
  groups.record(segmentGroup(segment), itemKey, weight, timestamp, window);
  if (cluster !== NO_CLUSTER) groups.record(clusterGroup(cluster), itemKey, weight, timestamp, window);
  for (const group of audiences) groups.record(group, itemKey, weight, timestamp, window);
  if (weight > 0) clusters.record(taste);
}
