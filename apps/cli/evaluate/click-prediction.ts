/**
 * Prequential evaluation of single exposures: each is predicted by every learner with what the live system knows at
 * that moment, and only then folded. Its label is the click that comes before the next exposure of the log.
 */
import {
  LiveRehearsal,
  PointReport,
  RunningRates,
  Timing,
  type ModelColumn,
  type RehearsalSettings,
} from '#evaluation';
import type { Impression, LogEvent, Tick } from '#events';
import { LiveScorer, MODELS } from './live-scorer.js';

interface OpenSample {
  readonly userId: string;
  readonly listId: string;
  /** Of the running rates. */
  readonly keys: readonly string[];
  readonly scores: readonly number[];
  clicked: boolean;
}

export class ClickPrediction {
  readonly rehearsal: LiveRehearsal;
  readonly points: PointReport;
  readonly timings = { predict: new Timing('predict'), update: new Timing('fold and learn an event') };
  private readonly rates = new RunningRates(['overall', 'user', 'item', 'brand', 'user × brand']);
  private readonly scorer: LiveScorer;
  private open: OpenSample | undefined;

  constructor(settings: RehearsalSettings) {
    this.rehearsal = new LiveRehearsal(settings);
    this.scorer = new LiveScorer(this.rehearsal);
    this.points = new PointReport([
      ...this.rates.names.map((name): ModelColumn => ({ name, probabilistic: true, baseline: true })),
      ...MODELS.map((name): ModelColumn => ({ name, probabilistic: true })),
    ]);
  }

  /** Impressions show one item; what the user did follows its impression, before the next one. */
  play(event: Exclude<LogEvent, Tick>): void {
    this.rehearsal.passTime(event.timestamp);
    if (event.kind === 'impression') {
      this.judge();
      this.open = this.predict(event);
    }
    this.timings.update.measure(() => this.rehearsal.append(event));
    if (
      event.kind === 'interaction' &&
      event.type === 'click' &&
      event.recommendationId === this.open?.listId
    )
      this.open!.clicked = true;
  }

  /** Judges the last exposure. */
  end(): void {
    this.judge();
  }

  private predict(event: Impression): OpenSample {
    const { userId } = event;
    const { itemId } = event.items[0]!;
    const brand = this.rehearsal.log.catalogue.get(itemId)?.brand ?? '';
    const keys = ['', userId, itemId, brand, `${userId} ${brand}`];
    const predicted = this.timings.predict.measure(() => this.scorer.score(event, [itemId]));
    return {
      userId,
      listId: event.recommendationId ?? event.eventId,
      keys,
      scores: [...this.rates.read(keys), ...predicted.map(([score]) => score!)],
      clicked: false,
    };
  }

  private judge(): void {
    if (!this.open) return;
    const { userId, keys, scores, clicked } = this.open;
    this.points.add(userId, clicked ? 1 : 0, scores);
    this.rates.add(keys, clicked);
    this.open = undefined;
  }
}
