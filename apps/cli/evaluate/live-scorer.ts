/** What `POST /v1/rank` would predict at this moment: the rehearsal's user, catalogue and model, by the code that serves. */
import type { LiveRehearsal } from '#evaluation';
import { newFeatureVector, type Impression } from '#events';
import { appendPosition, FeatureExtractor, usedGroups, type UsedGroups } from '#features';
import { createUser } from '#interest';
import { asUserId, key53 } from '#kernel';
import { LEARNERS, newScores, placePredictions, type Scores } from '#learning';

/** The served model's name in reports. */
export const SERVED = 'blend';
export const MODELS: readonly (keyof Scores)[] = [...LEARNERS, SERVED];

export class LiveScorer {
  private readonly extractor = new FeatureExtractor();
  private readonly features = newFeatureVector();
  private readonly scores = newScores();
  private readonly predictions = new Float64Array(MODELS.length);
  private readonly groups: UsedGroups;

  /** @param placed clicks are predicted in the slots of the items, as the learner does it; otherwise as if all stood in slot 1 */
  constructor(
    private readonly rehearsal: LiveRehearsal,
    private readonly placed = false,
  ) {
    const { fold } = rehearsal.settings;
    this.groups = usedGroups(fold.withoutFeatures, fold.extraFeatures);
  }

  /** @param positions of the items, where they are predicted in their slots @returns for each of MODELS the scores of the items */
  score(
    event: Pick<Impression, 'userId' | 'context' | 'timestamp' | 'depth'>,
    itemIds: readonly string[],
    positions: readonly number[] = [],
  ): number[][] {
    const columns = MODELS.map((): number[] => []);
    const { rehearsal, extractor, features, scores, predictions } = this;
    extractor.begin(
      rehearsal.user(event.userId) ?? createUser(asUserId(event.userId)),
      event.context,
      event.timestamp,
      this.groups,
    );
    itemIds.forEach((id, i) => {
      extractor.extract(rehearsal.log.catalogue.get(id), id, features);
      const position = positions[i] ?? 1;
      if (this.placed && rehearsal.model.settings.debias.method === 'feature')
        appendPosition(features, position);
      rehearsal.model.score(features, key53(id), event.timestamp, scores);
      MODELS.forEach((name, model) => (predictions[model] = scores[name]));
      if (this.placed) this.place(position, event.depth ?? 0);
      predictions.forEach((prediction, model) => columns[model]!.push(prediction));
    });
    return columns;
  }

  private place(position: number, depth: number): void {
    const { model } = this.rehearsal;
    const examined = model.scorer.tables.examination.examination(position, depth);
    placePredictions(model.settings.debias, examined, this.predictions);
  }
}
