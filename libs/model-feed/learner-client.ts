/** Asks the live learner: `rpc.learner`, request-reply over core NATS, JSON both ways. */
import { AppError, errorFrom, errorMessage, type SaidError } from '#kernel';
import type {
  ExperimentReport,
  ModelHash,
  ModelSettings,
  ProgressiveReport,
  RankingReport,
  ShownReport,
  SlotBias,
} from '#learning';
import { subjectPrefix, type NatsConnection } from '#log';

export type LearnerRequest =
  | { op: 'status' }
  | { op: 'progress' }
  | { op: 'experiments' }
  | { op: 'hash' }
  | { op: 'snapshot' }
  | { op: 'promote'; snapshotId: string };

export interface LearnerStatus {
  readonly model: string;
  readonly version: string;
  /** FEEDBACK sequence folded, and the stream's last. */
  readonly sequence: number;
  readonly head: number;
  readonly samples: number;
  readonly rejected: number;
  /** Samples that wait for a click in their list. */
  readonly held: number;
  readonly clipped: Readonly<Record<string, number>>;
  readonly settings: ModelSettings;
  readonly metrics: ProgressiveReport;
  /** How the newest samples were ordered, since the process started. */
  readonly ranking: RankingReport;
  readonly shown: ShownReport;
  /** Of each half-life of popularity: the share of engagements whose item was among its ten best. */
  readonly trendingWindows: readonly {
    readonly seconds: number;
    readonly hitRate: number;
    readonly chosen: boolean;
  }[];
  /** How often each slot is clicked, and how likely it is looked at. */
  readonly positions: readonly SlotBias[];
  readonly snapshot: { readonly id: string; readonly sequence: number; readonly at: number } | null;
}

/** For who looks again and again: the reports are those that the metrics were last told, so that looking costs no learning. */
export interface LearnerProgress extends Pick<
  LearnerStatus,
  'version' | 'sequence' | 'samples' | 'rejected' | 'held' | 'snapshot'
> {
  /** At most a second old; absent until there was one. */
  readonly metrics?: ProgressiveReport;
  /** At most ten seconds old. */
  readonly ranking?: RankingReport;
}

export interface ExperimentsAnswer {
  /** FEEDBACK sequence counted. */
  readonly sequence: number;
  readonly experiments: readonly ExperimentReport[];
}

export interface SnapshotAnswer {
  readonly snapshotId: string;
  readonly sequence: number;
}

export interface PromoteAnswer extends SnapshotAnswer {
  readonly version: string;
}

export const learnerSubject = (namespace: string): string => `${subjectPrefix(namespace)}rpc.learner`;
/** A subject of its own, for who may ask is not who may change. */
export const promotionSubject = (namespace: string): string => `${learnerSubject(namespace)}.promote`;

const ANSWER_MS = 10_000;
/** A snapshot is encoded and written first; a promotion catches up first. */
const LONG_ANSWER_MS = 120_000;

export class LearnerClient {
  constructor(
    private readonly connection: NatsConnection,
    private readonly namespace = 'default',
  ) {}

  status(): Promise<LearnerStatus> {
    return this.ask<LearnerStatus>({ op: 'status' }, ANSWER_MS);
  }

  progress(timeoutMs = ANSWER_MS): Promise<LearnerProgress> {
    return this.ask<LearnerProgress>({ op: 'progress' }, timeoutMs);
  }

  experiments(): Promise<ExperimentsAnswer> {
    return this.ask<ExperimentsAnswer>({ op: 'experiments' }, ANSWER_MS);
  }

  hash(): Promise<ModelHash> {
    return this.ask<ModelHash>({ op: 'hash' }, LONG_ANSWER_MS);
  }

  snapshot(): Promise<SnapshotAnswer> {
    return this.ask<SnapshotAnswer>({ op: 'snapshot' }, LONG_ANSWER_MS);
  }

  promote(snapshotId: string): Promise<PromoteAnswer> {
    return this.ask<PromoteAnswer>({ op: 'promote', snapshotId }, LONG_ANSWER_MS);
  }

  /** @throws AppError the learner's own, or REK_NOT_READY when none answers */
  private async ask<T>(request: LearnerRequest, timeout: number): Promise<T> {
    let answer: T & { error?: SaidError };
    const subject = request.op === 'promote' ? promotionSubject : learnerSubject;
    try {
      answer = (
        await this.connection.request(subject(this.namespace), JSON.stringify(request), { timeout })
      ).json();
    } catch (error) {
      throw new AppError('REK_NOT_READY', `no learner answers: ${errorMessage(error)}`, undefined, {
        cause: error,
      });
    }
    if (!answer.error) return answer;
    throw errorFrom(answer.error);
  }
}
