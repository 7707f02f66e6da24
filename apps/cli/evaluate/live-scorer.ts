/** What `POST /v1/rank` would predict at this moment: the rehearsal's user, catalogue and model, by the code that serves. */
import type { LiveRehearsal } from '#evaluation';
import { newFeatureVector, type Impression } from '#events';
import { FeatureExtractor, usedGroups, type UsedGroups } from '#features';
import { createUser } from '#interest';
import { asUserId, key53 } from '#kernel';
import { LEARNERS, newScores, type Scores } from '#learning';

/** The served model's name in reports. */
export const SERVED = 'blend';
export const MODELS: readonly (keyof Scores)[] = [...LEARNERS, SERVED];

export class LiveScorer {
  private readonly extractor = new FeatureExtractor();
  private readonly features = newFeatureVector();
  private readonly scores = newScores();
  private readonly groups: UsedGroups;

  constructor(private readonly rehearsal: LiveRehearsal) {
    const { fold } = rehearsal.settings;
    this.groups = usedGroups(fold.withoutFeatures, fold.extraFeatures);
  }

  /** @returns for each of MODELS the scores of the items */
  score(event: Pick<Impression, 'userId' | 'context' | 'timestamp'>, itemIds: readonly string[]): number[][] {
    const columns = MODELS.map((): number[] => []);
    const { rehearsal, extractor, features } = this;
    extractor.begin(
      rehearsal.user(event.userId) ?? createUser(asUserId(event.userId)),
      event.context,
      event.timestamp,
      this.groups,
    );
    for (const id of itemIds) {
      extractor.extract(rehearsal.log.catalogue.get(id), id, features);
      rehearsal.model.score(features, key53(id), event.timestamp, this.scores);
      MODELS.forEach((name, column) => columns[column]!.push(this.scores[name]));
    }
    return columns;
  }
}
