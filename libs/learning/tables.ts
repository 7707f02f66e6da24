/**
 * The tables of a model. A new one is a line in `Tables`, in TABLES and in `newTables`, and the calls in
 * online-model.ts that feed it; snapshots, deltas, hashes and replicas follow. Those of HEARD are not in deltas.
 */
import { CoVisitation } from './co-visitation.js';
import { GroupTrends } from './group-trends.js';
import { ItemStatistics } from './item-statistics.js';
import { ExaminationCurve } from './examination-curve.js';
import { ExperimentStatistics } from './experiment-statistics.js';
import { GoalHeads } from './goal-heads.js';
import { GoalRates } from './goal-rates.js';
import { GoalTrust } from './goal-trust.js';
import type { StatisticsSettings } from './model-settings.js';
import type { ModelTable, RowTable } from './model-table.js';
import { newNextItemTables, type NextItemTables } from './next-item/next-item-tables.js';
import { PositionStatistics } from './position-statistics.js';
import { newRatingTables, type RatingTables } from './ratings/rating-tables.js';
import { UserClusters } from './user-clusters.js';

export interface Tables extends RatingTables, NextItemTables {
  readonly statistics: ItemStatistics;
  readonly positions: PositionStatistics;
  readonly covisitation: CoVisitation;
  readonly examination: ExaminationCurve;
  readonly experiments: ExperimentStatistics;
  readonly groups: GroupTrends;
  readonly clusters: UserClusters;
  readonly goalItems: GoalRates;
  readonly goalUsers: GoalRates;
  readonly goalHeads: GoalHeads;
  readonly goalTrust: GoalTrust;
}

/** Items and users with rates of their own; beyond it those unused for longest make room. */
const GOAL_ITEMS_MAX = 200_000;
const GOAL_USERS_MAX = 500_000;

export type TableName = keyof Tables;

/** In the order in which they are stored. */
export const TABLES = [
  'statistics',
  'positions',
  'covisitation',
  'examination',
  'experiments',
  'ratings',
  'ratingUsers',
  'ratingItems',
  'ratingLabels',
  'groups',
  'clusters',
  'goalItems',
  'goalUsers',
  'goalHeads',
  'goalTrust',
  'transitions',
  'takings',
  'histories',
  'takers',
  'lately',
  'itemLabels',
  'labelled',
  'userFactors',
  'itemFactors',
  'mix',
] as const satisfies readonly TableName[];

/** Replicas learn these themselves, from the engagements (next-item/engagement-relay.ts). */
const HEARD = [
  'covisitation',
  'transitions',
  'takings',
  'histories',
  'takers',
  'lately',
  'itemLabels',
  'labelled',
  'userFactors',
  'itemFactors',
] as const satisfies readonly TableName[];
type HeardTable = (typeof HEARD)[number];

export function newTables(settings: StatisticsSettings): Tables {
  const tables = {
    statistics: new ItemStatistics(settings),
    positions: new PositionStatistics(),
    covisitation: new CoVisitation(settings),
    examination: new ExaminationCurve(settings),
    experiments: new ExperimentStatistics(settings.experiments ?? []),
    ...newRatingTables(),
    groups: new GroupTrends(),
    clusters: new UserClusters(settings.clusters),
    goalItems: new GoalRates(GOAL_ITEMS_MAX),
    goalUsers: new GoalRates(GOAL_USERS_MAX),
    goalHeads: new GoalHeads(),
    goalTrust: new GoalTrust(),
    ...newNextItemTables(),
  };
  return tables satisfies Record<TableName, ModelTable>;
}

/** Those whose changed rows deltas carry. */
export function rowTables(tables: Tables): readonly RowTable[] {
  const names = TABLES.filter((name): name is Exclude<TableName, HeardTable> => !isHeard(name));
  return names.map((name) => tables[name]);
}

const isHeard = (name: TableName): boolean => (HEARD as readonly TableName[]).includes(name);
