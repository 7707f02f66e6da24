/**
 * How the whole system stands, for people who watch. Gathered at most once a second however many ask, within a short deadline; what does
 * not answer is named, and is no failure of the others.
 */
import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS, type Settings } from '#config';
import { AppError, errorMessage, systemClock, within } from '#kernel';
import type { PredictorName } from '#learning';
import { linkOf, type LogTopology, type NatsConnection } from '#log';
import { LearnerClient, type LearnerProgress } from '#model-feed';
import { HealthState, METRICS, totalsBy, type Metrics } from '#observability';
import type { StatusAnswer } from '../api/status-answer.js';
import { NATS, TOPOLOGY } from '../tokens.js';
import { HostSurvey, owned } from './host-survey.js';
import { RecentLatencies } from './recent-latencies.js';

/** Between the beginnings of two rounds, ms. */
const ROUND_MS = 1_000;
/** How long each is asked for, ms. */
const ANSWER_MS = 700;
/** What did not answer by then is missing; less than a round, so that there is never more than one, ms. */
const DEADLINE_MS = 800;

type Part = StatusAnswer['missing'][number]['part'];

@Injectable()
export class SystemStatus {
  private readonly startedAt = systemClock.now();
  private readonly survey: HostSurvey;
  private readonly learner: LearnerClient;
  private round: { readonly begun: number; readonly answer: Promise<StatusAnswer> } | undefined;

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(NATS) private readonly connection: NatsConnection,
    @Inject(TOPOLOGY) private readonly topology: LogTopology,
    @Inject(METRICS) private readonly metrics: Metrics,
    @Inject(HealthState) private readonly health: HealthState,
    @Inject(RecentLatencies) private readonly latencies: RecentLatencies,
  ) {
    this.survey = new HostSurvey(connection, settings.namespace, topology.partitions);
    this.learner = new LearnerClient(connection, settings.namespace);
  }

  /** Of this second. Never fails for what is away. */
  now(): Promise<StatusAnswer> {
    const begun = systemClock.monotonic();
    if (!this.round || begun - this.round.begun >= ROUND_MS) this.round = { begun, answer: this.gather() };
    return this.round.answer;
  }

  private async gather(): Promise<StatusAnswer> {
    const missing: StatusAnswer['missing'] = [];
    const asked = async <T>(part: Part, answer: () => Promise<T>): Promise<T | undefined> => {
      try {
        if (!linkOf(this.connection).up) throw new AppError('REK_LOG_UNAVAILABLE', 'not connected to NATS');
        return await within(answer(), DEADLINE_MS, late);
      } catch (error) {
        missing.push({ part, code: codeOf(error), message: errorMessage(error) });
        return undefined;
      }
    };
    const [gateway, log, survey, progress] = await Promise.all([
      this.own(),
      asked('log', () => this.logHeads()),
      asked('hosts', () => this.survey.ask(ANSWER_MS)),
      asked('learner', () => this.learner.progress(ANSWER_MS)),
    ]);
    const { hosts, silent } = survey ?? { hosts: [], silent: [] };
    for (const hostId of silent)
      missing.push({
        part: 'hosts',
        code: 'REK_TIMEOUT',
        message: `no answer from ${hostId} within ${ANSWER_MS} ms`,
      });
    const { partitions } = this.topology;
    const taken = owned(hosts);
    return {
      at: systemClock.now(),
      namespace: this.settings.namespace,
      partitions,
      gateway,
      log,
      hosts: [...hosts],
      unowned: Array.from({ length: partitions }, (_, partition) => partition).filter((p) => !taken.has(p)),
      learner: progress && learnerOf(progress),
      missing: missing.sort((a, b) => (a.part < b.part ? -1 : 1)),
    };
  }

  private async own(): Promise<StatusAnswer['gateway']> {
    const { metrics, health, latencies, startedAt } = this;
    const [acceptedEvents, rejected, recommendations] = await Promise.all([
      totalsBy(metrics.eventsAccepted, 'kind'),
      totalsBy(metrics.eventsRejected, 'via'),
      totalsBy(metrics.recommendations, 'source'),
    ]);
    return {
      startedAt,
      impaired: health.impaired(),
      acceptedEvents,
      rejectedEvents: Object.values(rejected).reduce((sum, events) => sum + events, 0),
      recommendations,
      latency: latencies.report(systemClock.monotonic()),
    };
  }

  private async logHeads(): Promise<StatusAnswer['log']> {
    const { log, feedback, dead } = this.topology;
    const [head, feedbackHead, letters] = await Promise.all([log.head(), feedback.head(), dead.count()]);
    return { head, feedbackHead, dead: letters };
  }
}

/** Of all that the learner reports, what tells how well it learns now. */
function learnerOf(progress: LearnerProgress): StatusAnswer['learner'] {
  const { version, sequence, samples, held, rejected, snapshot, metrics, ranking } = progress;
  const newest = metrics && {
    samples: metrics.windowed.samples,
    clicks: metrics.windowed.clicks,
    predictors: Object.fromEntries(
      Object.entries(metrics.windowed.predictors).map(([name, loss]) => [
        name,
        {
          logLoss: loss.logLoss,
          normalisedEntropy: loss.normalisedEntropy,
          auc: loss.auc,
          calibration: loss.calibration,
          ndcg: ranking?.predictors[name as PredictorName].ndcg ?? null,
        },
      ]),
    ),
  };
  return { version, sequence, samples, held, rejected, snapshotAt: snapshot?.at ?? null, newest };
}

const late = (): Error => new AppError('REK_TIMEOUT', `no answer within ${DEADLINE_MS} ms`);

function codeOf(error: unknown): string {
  return error instanceof AppError ? error.code : 'REK_LOG_UNAVAILABLE';
}
