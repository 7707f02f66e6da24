/** Names of groups in requests: a segment's name, `cluster:<number>`, or `<attribute>=<value>`. */
import { audienceOf, clusterGroup, segmentGroup } from '#features';
import { segmentCode } from '#interest';

const CLUSTER = /^cluster:(\d{1,2})$/;

export function groupNamed(name: string): number {
  const cluster = CLUSTER.exec(name);
  if (cluster) return clusterGroup(Number(cluster[1]));
  const equals = name.indexOf('=');
  if (equals > 0) return audienceOf(name.slice(0, equals), name.slice(equals + 1)).group;
  return segmentGroup(segmentCode(name));
}
