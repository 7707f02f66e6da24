/** The part of a deployment's configuration that ranking reads: hosts and replays take it from here, so that both rank alike. */
import { usedGroups, type ExtraFeature, type FeatureGroup, type UsedGroups } from '#features';
import type { RankingSettings } from './request.js';

/** libs/config's `Settings` has this shape. */
export interface RankingConfiguration {
  readonly serving: RankingSettings;
  readonly interest: {
    readonly audienceAttributes: readonly string[];
    readonly withoutFeatures: readonly FeatureGroup[];
    readonly extraFeatures: readonly ExtraFeature[];
  };
}

/** What a list for a user of the segment is made with. */
export function forSegment<S extends { readonly bySegment?: RankingSettings['bySegment'] }>(
  settings: S,
  segment: string,
): S {
  const { bySegment } = settings;
  return bySegment && Object.hasOwn(bySegment, segment) ? { ...settings, ...bySegment[segment] } : settings;
}

export function rankingSettingsOf<C extends RankingConfiguration>({
  serving,
  interest,
}: C): C['serving'] & Pick<C['interest'], 'audienceAttributes'> & { readonly featureGroups: UsedGroups } {
  return {
    ...serving,
    audienceAttributes: interest.audienceAttributes,
    featureGroups: usedGroups(interest.withoutFeatures, interest.extraFeatures),
  };
}
