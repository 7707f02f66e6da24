/**
 * Prequential evaluation (Dawid 1984): the events of a recorded log are played in order of time through the live
 * system's own fold, features and learner. Each list shown is first ranked, by every model, with what is known before
 * it; only then is it folded, and learnt from as its clicks and deadlines arrive.
 */
import {
  asShown,
  byAttribute,
  clickCount,
  itemCtr,
  ListReport,
  LiveRehearsal,
  randomOrder,
  type Baseline,
  type RehearsalSettings,
  type ShownList,
} from '#evaluation';
import { newFeatureVector, type Impression, type LogEvent, type Tick } from '#events';
import { FeatureExtractor } from '#features';
import { createUser } from '#interest';
import { asUserId, key53 } from '#kernel';
import { LEARNERS, newScores, type Scores } from '#learning';

/** The served model's name in reports. */
export const SERVED = 'blend';
const MODELS: readonly (keyof Scores)[] = [...LEARNERS, SERVED];
const RANDOM_SEED = 1;

export interface PrequentialOptions extends RehearsalSettings {
  /** A numeric attribute of the items that is a baseline by itself, if the data has one. */
  readonly popularityAttribute?: string;
}

export class Prequential {
  readonly report: ListReport;
  readonly rehearsal: LiveRehearsal;
  events = 0;
  private readonly baselines: readonly Baseline[];
  private readonly extractor = new FeatureExtractor();
  private readonly features = newFeatureVector();
  private readonly scores = newScores();

  constructor(options: PrequentialOptions) {
    this.rehearsal = new LiveRehearsal(options);
    this.baselines = baselines(this.rehearsal, options.popularityAttribute);
    this.report = new ListReport([
      ...this.baselines,
      ...MODELS.map((name) => ({ name, probabilistic: true })),
    ]);
  }

  play(event: Exclude<LogEvent, Tick>): void {
    this.events++;
    this.rehearsal.passTime(event.timestamp);
    if (event.kind === 'impression') this.rank(event);
    this.rehearsal.append(event);
    if (event.kind === 'interaction' && event.type === 'click' && event.recommendationId)
      this.click(event.recommendationId, event.itemId);
  }

  private rank(event: Impression): void {
    const list: ShownList = {
      listId: event.recommendationId ?? event.eventId,
      itemIds: event.items.map((item) => item.itemId),
    };
    const scores = [
      ...this.baselines.map((baseline) => baseline.score(list)),
      ...this.modelScores(event, list),
    ];
    this.report.add(list.listId, list.itemIds, scores);
    for (const baseline of this.baselines) baseline.shown?.(list);
  }

  /** What POST /v1/rank would predict at this moment. */
  private modelScores(event: Impression, { itemIds }: ShownList): number[][] {
    const columns = MODELS.map((): number[] => []);
    const { rehearsal, extractor, features } = this;
    extractor.begin(
      rehearsal.user(event.userId) ?? createUser(asUserId(event.userId)),
      event.context,
      event.timestamp,
    );
    for (const id of itemIds) {
      extractor.extract(rehearsal.log.catalogue.get(id), id, features);
      rehearsal.model.score(features, key53(id), event.timestamp, this.scores);
      MODELS.forEach((name, column) => columns[column]!.push(this.scores[name]));
    }
    return columns;
  }

  private click(listId: string, itemId: string): void {
    this.report.click(listId, itemId);
    for (const baseline of this.baselines) baseline.clicked?.(itemId);
  }
}

function baselines(rehearsal: LiveRehearsal, attribute: string | undefined): Baseline[] {
  const value = (id: string): number | undefined => {
    const found = rehearsal.log.catalogue.get(id)?.attributes[attribute!];
    return typeof found === 'number' ? found : undefined;
  };
  return [
    randomOrder(RANDOM_SEED),
    asShown(),
    ...(attribute ? [byAttribute(attribute, value)] : []),
    clickCount(),
    itemCtr(),
  ];
}
