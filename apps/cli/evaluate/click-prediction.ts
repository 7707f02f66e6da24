/**
 * Prequential evaluation of single exposures: each is predicted by every learner and baseline with what is known at that
 * moment, and only then folded. Its label is the click that comes before the next exposure of the log.
 */
import {
  itemCtr,
  ItemPopularity,
  LiveRehearsal,
  PointReport,
  popularity,
  randomOrder,
  recentPopularity,
  RunningRates,
  Timing,
  type Baseline,
  type ModelColumn,
  type RehearsalSettings,
  type ShownList,
} from '#evaluation';
import type { Impression, LogEvent, Tick } from '#events';
import { DayLists, type DayListOf, type ItemsOfLists } from './day-lists.js';
import { LiveScorer, MODELS } from './live-scorer.js';

const RANDOM_SEED = 1;

/** What a running rate is counted by. @param brand of the item, empty without one */
export type RateKey = (event: Impression, itemId: string, brand: string) => string;

export interface ClickPredictionOptions {
  /** Window of `recent popularity`, s of event time. */
  readonly recentSeconds: number;
  /** Running rates beside the baselines that all reports have, by name. */
  readonly rates: Readonly<Record<string, RateKey>>;
  /** The learners predict the click in the slot that the item gets; default: as if in slot 1, as lists are ranked. */
  readonly placed?: boolean;
  /** The lists that exposures make together, if they make any. */
  readonly lists?: { readonly of: DayListOf; readonly items: ItemsOfLists };
}

interface OpenSample {
  readonly event: Impression;
  readonly shown: ShownList;
  /** Of the running rates. */
  readonly keys: readonly string[];
  readonly scores: readonly number[];
  clicked: boolean;
}

export class ClickPrediction {
  readonly rehearsal: LiveRehearsal;
  readonly points: PointReport;
  readonly lists: DayLists | undefined;
  private readonly predicting = new Timing('predict');
  private readonly ranking = new Timing('rank a list');
  private readonly updating = new Timing('fold and learn an event');
  private readonly baselines: readonly Baseline[];
  private readonly rates: RunningRates;
  private readonly rateKeys: readonly RateKey[];
  private readonly popularity: ItemPopularity;
  private readonly scorer: LiveScorer;
  private open: OpenSample | undefined;

  constructor(settings: RehearsalSettings, { rates, recentSeconds, placed, lists }: ClickPredictionOptions) {
    this.rehearsal = new LiveRehearsal(settings);
    const { catalogue } = this.rehearsal.log;
    this.scorer = new LiveScorer(this.rehearsal, placed);
    this.baselines = [
      randomOrder(RANDOM_SEED),
      popularity(),
      recentPopularity(recentSeconds * 1_000),
      itemCtr(),
    ];
    this.rates = new RunningRates(Object.keys(rates));
    this.rateKeys = Object.values(rates);
    this.popularity = new ItemPopularity(() => catalogue.size);
    const columns: ModelColumn[] = [
      ...this.baselines.map(({ name, probabilistic }) => ({ name, probabilistic, baseline: true })),
      ...this.rates.names.map((name) => ({ name, probabilistic: true, baseline: true })),
      ...MODELS.map((name) => ({ name, probabilistic: true })),
    ];
    this.points = new PointReport(columns);
    this.lists =
      lists &&
      new DayLists(columns, lists.of, lists.items, this.popularity.share, (event, list) =>
        this.scores(event, list, this.ranking),
      );
  }

  /** Of predictions, of lists where there are any, and of updates. */
  get timings(): readonly Timing[] {
    return [this.predicting, ...(this.lists ? [this.ranking] : []), this.updating];
  }

  /** Impressions show one item; what the user did follows its impression, before the next one. */
  play(event: Exclude<LogEvent, Tick>): void {
    this.rehearsal.passTime(event.timestamp);
    if (event.kind === 'impression') {
      this.judge();
      this.lists?.show(event);
      this.open = this.predict(event);
    }
    this.updating.measure(() => this.rehearsal.append(event));
    if (
      event.kind === 'interaction' &&
      event.type === 'click' &&
      event.recommendationId === this.open?.shown.listId
    )
      this.open!.clicked = true;
  }

  /** Judges the last exposure, and the lists of the last day. */
  end(): void {
    this.judge();
    this.lists?.closeAll();
  }

  private predict(event: Impression): OpenSample {
    const { itemId, position = 1 } = event.items[0]!;
    const listId = event.recommendationId ?? event.eventId;
    const shown = { listId, itemIds: [itemId], positions: [position], at: event.timestamp };
    const scores = this.scores(event, shown, this.predicting).map(([score]) => score!);
    return { event, shown, keys: this.keysOf(event, itemId), scores, clicked: false };
  }

  /** Of each column, those of the items. */
  private scores(event: Impression, list: ShownList, timing: Timing): number[][] {
    const predicted = timing.measure(() => this.scorer.score(event, list.itemIds, list.positions));
    const rates = list.itemIds.map((itemId) => this.rates.read(this.keysOf(event, itemId)));
    return [
      ...this.baselines.map((baseline) => baseline.score(list)),
      ...this.rateKeys.map((_, rate) => rates.map((of) => of[rate]!)),
      ...predicted,
    ];
  }

  private keysOf(event: Impression, itemId: string): string[] {
    const brand = this.rehearsal.log.catalogue.get(itemId)?.brand ?? '';
    return this.rateKeys.map((key) => key(event, itemId, brand));
  }

  private judge(): void {
    if (!this.open) return;
    const { event, shown, keys, scores, clicked } = this.open;
    this.open = undefined;
    this.points.add(event.userId, clicked ? 1 : 0, scores);
    this.rates.add(keys, clicked);
    for (const baseline of this.baselines) baseline.shown?.(shown);
    if (!clicked) return;
    const [itemId] = shown.itemIds;
    this.popularity.add(itemId!);
    for (const baseline of this.baselines) baseline.clicked?.(itemId!, shown.at);
    this.lists?.click(event);
  }
}
