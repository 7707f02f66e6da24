/** The groups that a request's user stands in, the narrowest first: people of like taste, from the same place, of the same segment. */
import { AUDIENCES_MAX } from '#events';
import { audiencesOf, clusterGroup, segmentGroup, tasteSketch, type RequestContext } from '#features';
import type { UserGroup } from '#recall';
import type { RankableUser } from './exclusions.js';
import type { RankingModel } from './ranking-model.js';

const UNTOLD: ReadonlySet<string> = new Set(['new', 'normal']);

export function groupsOf(
  user: RankableUser,
  model: RankingModel,
  attributes: readonly string[],
  context: RequestContext | undefined,
): UserGroup[] {
  const cluster = model.clusterOf(tasteSketch(user.interests));
  const audiences = audiencesOf(attributes, user.profile, context, AUDIENCES_MAX);
  return [
    ...(cluster < 0 ? [] : [{ group: clusterGroup(cluster) }]),
    ...audiences.map(({ attribute, value, group }) => ({ group, label: `${attribute} ${value}` })),
    // Whom no rule tells apart have nothing in common.
    ...(UNTOLD.has(user.segmentName) ? [] : [{ group: segmentGroup(user.segment) }]),
  ];
}
