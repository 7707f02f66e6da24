/** What the learner tells Prometheus; names stand in libs/observability's catalogue. */
import { systemClock } from '#kernel';
import {
  GOALS,
  LEARNERS,
  LIST_METRICS,
  PREDICTORS,
  RANKERS,
  type OnlineModel,
  type ProgressiveReport,
  type RankingReport,
} from '#learning';
import type { Metrics } from '#observability';
import type { WrittenSnapshot } from './snapshot-writer.js';

/** The losses of a window are recomputed at most this often, ms. */
const LOSSES_MS = 1_000;
/** And so is how its samples were ordered, which takes some sorting, ms. */
const RANKING_MS = 10_000;

export class LearnerMetrics {
  /** As last told: what others who watch are answered with. */
  losses: ProgressiveReport | undefined;
  ranking: RankingReport | undefined;
  private lossesAt = -Infinity;
  private rankingAt = -Infinity;
  private samples = { clicks: 0, total: 0 };
  private rejected = 0;
  private clipped = { ftrl: 0, fm: 0, olr: 0 };

  constructor(private readonly metrics: Metrics) {}

  /** @param snapshotAgeMs for how long the model has known what no snapshot knows */
  observe(model: OnlineModel, head: number, snapshotAgeMs: number): void {
    const now = systemClock.monotonic();
    if (now - this.lossesAt < LOSSES_MS) return;
    this.lossesAt = now;
    this.metrics.feedbackLagMessages.set(Math.max(0, head - model.sequence));
    this.metrics.snapshotAgeSeconds.set(snapshotAgeMs / 1_000);
    this.observeLosses(model);
    this.observeGoals(model);
    this.observeCounts(model);
    if (now - this.rankingAt >= RANKING_MS) this.observeRanking(model, now);
    for (const { seconds, hitRate } of model.scorer.tables.statistics.windows.report())
      this.metrics.trendingHitRate.set({ window: String(seconds) }, hitRate);
  }

  published(bytes: number): void {
    this.metrics.deltas.inc();
    this.metrics.deltaBytes.inc(bytes);
  }

  snapshotWritten({ bytes, captureMs, storeMs }: WrittenSnapshot): void {
    this.metrics.snapshotBytes.set(bytes);
    this.metrics.snapshotSeconds.observe((captureMs + storeMs) / 1_000);
  }

  snapshotFailed(cause: 'read' | 'write'): void {
    this.metrics.snapshotFailures.inc({ cause });
  }

  refused(code: string): void {
    this.metrics.dead.inc({ where: 'learner', code });
  }

  promoted(): void {
    this.metrics.promotions.inc();
    // A promoted model has counted from its own beginning.
    this.samples = { clicks: 0, total: 0 };
    this.rejected = 0;
    this.clipped = { ftrl: 0, fm: 0, olr: 0 };
  }

  private observeLosses(model: OnlineModel): void {
    const { cumulative, windowed } = (this.losses = model.report());
    for (const [section, window] of [
      [cumulative, 'all'],
      [windowed, 'recent'],
    ] as const) {
      for (const learner of PREDICTORS) {
        const losses = section.predictors[learner];
        if (losses.logLoss !== null) this.metrics.progressiveLogLoss.set({ learner, window }, losses.logLoss);
        if (losses.normalisedEntropy !== null)
          this.metrics.progressiveNormalisedEntropy.set({ learner, window }, losses.normalisedEntropy);
        if (losses.auc !== null) this.metrics.progressiveAuc.set({ learner, window }, losses.auc);
        if (losses.calibration !== null)
          this.metrics.progressiveCalibration.set({ learner, window }, losses.calibration);
        if (losses.calibrationError !== null)
          this.metrics.progressiveCalibrationError.set({ learner, window }, losses.calibrationError);
      }
    }
  }

  private observeGoals(model: OnlineModel): void {
    const report = model.goalValidation.report();
    for (const goal of GOALS) {
      const { logLoss, baseLogLoss, auc, calibration } = report[goal];
      if (logLoss !== null) this.metrics.goalLogLoss.set({ goal, predictor: 'head' }, logLoss);
      if (baseLogLoss !== null) this.metrics.goalLogLoss.set({ goal, predictor: 'base' }, baseLogLoss);
      if (auc !== null) this.metrics.goalAuc.set({ goal }, auc);
      if (calibration !== null) this.metrics.goalCalibration.set({ goal }, calibration);
    }
  }

  private observeRanking(model: OnlineModel, now: number): void {
    this.rankingAt = now;
    const { predictors } = (this.ranking = model.ranking.report());
    for (const learner of RANKERS) {
      const { userAuc, ...ofLists } = predictors[learner];
      if (userAuc !== null) this.metrics.progressiveUserAuc.set({ learner }, userAuc);
      for (const metric of LIST_METRICS) {
        const value = ofLists[metric];
        if (value === null) continue;
        if (metric === 'ndcg') this.metrics.progressiveNdcg.set({ learner }, value);
        else this.metrics.progressiveLists.set({ learner, metric }, value);
      }
    }
    const shown = model.ranking.shown.report(model.scorer.tables.statistics);
    for (const [metric, value] of Object.entries(shown))
      if (value !== null) this.metrics.shownLately.set({ metric }, value);
  }

  /** Counters of this process: what the model has counted since it was last looked at. */
  private observeCounts(model: OnlineModel): void {
    const { samples, clicks } = model.report().cumulative;
    this.metrics.samples.inc({ label: '1' }, Math.max(0, clicks - this.samples.clicks));
    this.metrics.samples.inc(
      { label: '0' },
      Math.max(0, samples - clicks - (this.samples.total - this.samples.clicks)),
    );
    this.samples = { clicks, total: samples };
    this.metrics.refusedSamples.inc(Math.max(0, model.rejected - this.rejected));
    this.rejected = model.rejected;
    const clipped = model.clipped();
    for (const learner of LEARNERS)
      this.metrics.clippedSteps.inc({ learner }, Math.max(0, clipped[learner] - this.clipped[learner]));
    this.clipped = clipped;
  }
}
