/**
 * The groups that a user stands in and that have trends of their own: the segment, the cluster of users of like taste, and
 * the audiences: what is known of somebody before they did anything. Each configured attribute that the profile or the
 * request's context has makes an audience: "country NO", "device phone". The same code names them when an
 * engagement is recorded and when a list is made.
 */
import type { Context } from '#events';
import { combine32, fnv1a32 } from '#kernel';
import type { Scalar } from './user-signals.js';

export interface Audience {
  readonly attribute: string;
  readonly value: string;
  /** Names the group to the model: a 32-bit hash. */
  readonly group: number;
}

const AUDIENCE = fnv1a32('group:audience');
const SEGMENT = fnv1a32('group:segment');
const CLUSTER = fnv1a32('group:cluster');

/** At most `max`, in the order of the attributes; the context goes before the profile. */
export function audiencesOf(
  attributes: readonly string[],
  profile: ReadonlyMap<string, Scalar>,
  context: Context | undefined,
  max: number,
): Audience[] {
  const found: Audience[] = [];
  for (const attribute of attributes) {
    if (found.length === max) break;
    const value = context?.[attribute] ?? profile.get(attribute);
    if (value !== undefined) found.push(audienceOf(attribute, String(value)));
  }
  return found;
}

export function audienceOf(attribute: string, value: string): Audience {
  const group = combine32(combine32(AUDIENCE, fnv1a32(attribute)), fnv1a32(value)) || 1;
  return { attribute, value, group };
}

/** @param segment the number that feedback carries */
export const segmentGroup = (segment: number): number => combine32(SEGMENT, segment) || 1;

/** @param cluster the centroid's number */
export const clusterGroup = (cluster: number): number => combine32(CLUSTER, cluster) || 1;
