/**
 * Prequential evaluation (Dawid 1984): the events of a recorded log are played in order of time through the live
 * system's own fold, features and learner. Each list shown is first ranked, by every model, with what is known before
 * it; only then is it folded, and learnt from as its clicks and deadlines arrive. A list is judged when its
 * attribution window has passed.
 */
import {
  asShown,
  byAttribute,
  ItemPopularity,
  itemCtr,
  ListReport,
  LiveRehearsal,
  OpenLists,
  PointReport,
  popularity,
  randomOrder,
  recentPopularity,
  Timing,
  type Baseline,
  type JudgedList,
  type ModelColumn,
  type RehearsalSettings,
  type ScoredList,
  type ShownList,
} from '#evaluation';
import type { Impression, Interaction, LogEvent, Tick } from '#events';
import { itemDistance } from '#ranking';
import { LiveScorer, MODELS } from './live-scorer.js';

const RANDOM_SEED = 1;
const AS_SHOWN = asShown().name;
const RECENT_SECONDS = 3_600;

type RankedList = ScoredList & ShownList;

export interface PrequentialOptions extends RehearsalSettings {
  /** A numeric attribute of the items that is a baseline by itself, if the data has one. */
  readonly popularityAttribute?: { readonly attribute: string; readonly name: string };
  /** Window of `recent popularity`, s of event time; default: an hour. */
  readonly recentSeconds?: number;
}

export class Prequential {
  /** How lists are ordered. */
  readonly lists: ListReport;
  /** How single samples are predicted: every item shown, those of lists without a click too. */
  readonly points: PointReport;
  readonly rehearsal: LiveRehearsal;
  readonly timings = { rank: new Timing('rank a list'), update: new Timing('fold and learn an event') };
  events = 0;
  private readonly baselines: readonly Baseline[];
  private readonly popularity: ItemPopularity;
  private readonly scorer: LiveScorer;
  private readonly open: OpenLists;
  private readonly positive: ReadonlySet<string>;

  constructor(options: PrequentialOptions) {
    this.rehearsal = new LiveRehearsal(options);
    const { catalogue } = this.rehearsal.log;
    this.baselines = baselines(this.rehearsal, options);
    this.popularity = new ItemPopularity(() => catalogue.size);
    this.scorer = new LiveScorer(this.rehearsal);
    this.positive = new Set(options.fold.positiveTypes);
    const columns: ModelColumn[] = [
      // The order shown is no rival: clicks follow it, whatever stands there.
      ...this.baselines.map(({ name, probabilistic }) => ({
        name,
        probabilistic,
        baseline: name !== AS_SHOWN,
      })),
      ...MODELS.map((name) => ({ name, probabilistic: true })),
    ];
    this.lists = new ListReport(columns, {
      share: this.popularity.share,
      distance: itemDistance(catalogue),
    });
    this.points = new PointReport(columns);
    this.open = new OpenLists(options.fold.attributionSeconds * 1_000, (list) => this.judge(list));
  }

  /** Plays one event of a recorded stream; time passes with it. */
  play(event: Exclude<LogEvent, Tick>): void {
    this.rehearsal.passTime(event.timestamp);
    this.around(event, () => this.rehearsal.append(event));
  }

  /** Predicts, folds, and notes what happened. What the fold refuses, such as a duplicate, counts for nothing. */
  around(event: LogEvent, fold: () => void): void {
    this.events++;
    const ranked = event.kind === 'impression' ? this.rank(event) : undefined;
    const before = this.rehearsal.records;
    this.timings.update.measure(fold);
    if (event.kind === 'absorb') this.open.handOver(event.fromUserId, event.userId);
    if (this.rehearsal.records === before) return;
    if (ranked) this.shown(ranked);
    else if (event.kind === 'interaction' && this.positive.has(event.type)) this.click(event);
  }

  /** All lists that are still open are judged by what was clicked until now. */
  end(): void {
    this.open.closeAll();
  }

  /** Items that could have been shown. */
  get catalogueSize(): number {
    return this.rehearsal.log.catalogue.size;
  }

  private rank(event: Impression): RankedList {
    const { recommendationId, eventId, userId, timestamp: at } = event;
    const slots = slotsOf(event);
    const itemIds = [...slots.keys()];
    const list = { listId: recommendationId ?? eventId, itemIds, positions: [...slots.values()], at };
    const predicted = this.timings.rank.measure(() => this.scorer.score(event, itemIds));
    const scores = [...this.baselines.map((baseline) => baseline.score(list)), ...predicted];
    return { ...list, unnamed: recommendationId === undefined, userId, scores };
  }

  private shown(list: RankedList): void {
    const early = this.open.add(list);
    for (const baseline of this.baselines) baseline.shown?.(list);
    for (const { itemId, at } of early) this.clicked(itemId, at);
  }

  private click({ userId, itemId, recommendationId, timestamp }: Interaction): void {
    if (this.open.click(userId, itemId, recommendationId, timestamp)) this.clicked(itemId, timestamp);
  }

  private clicked(itemId: string, at: number): void {
    this.popularity.add(itemId);
    for (const baseline of this.baselines) baseline.clicked?.(itemId, at);
  }

  private judge(list: JudgedList): void {
    this.lists.add(list);
    const scores = new Float64Array(list.scores.length);
    list.itemIds.forEach((id, i) => {
      for (let model = 0; model < scores.length; model++) scores[model] = list.scores[model]![i]!;
      this.points.add(list.userId, list.clicked.has(id) ? 1 : 0, scores);
    });
  }
}

/** By item; one named twice counts where it stands first. */
function slotsOf({ items }: Impression): Map<string, number> {
  const slots = new Map<string, number>();
  items.forEach(({ itemId, position }, i) => {
    if (!slots.has(itemId)) slots.set(itemId, position ?? i + 1);
  });
  return slots;
}

function baselines(rehearsal: LiveRehearsal, options: PrequentialOptions): Baseline[] {
  const own = options.popularityAttribute;
  const value = (id: string): number | undefined => {
    const found = rehearsal.log.catalogue.get(id)?.attributes[own!.attribute];
    return typeof found === 'number' ? found : undefined;
  };
  return [
    randomOrder(RANDOM_SEED),
    asShown(),
    ...(own ? [byAttribute(own.name, value)] : []),
    popularity(),
    recentPopularity((options.recentSeconds ?? RECENT_SECONDS) * 1_000),
    itemCtr(),
  ];
}
