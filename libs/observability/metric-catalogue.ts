/**
 * Every Prometheus metric of every app: name (unit last), help, labels, buckets and the apps that own it.
 * An app exposes its own from the start, so that a series that is still zero is visible as zero.
 */
export type MetricApp = 'gateway' | 'actors' | 'learner';

interface Definition<Kind extends 'counter' | 'gauge' | 'histogram', Label extends string> {
  readonly kind: Kind;
  readonly name: `rekappa_${string}`;
  readonly help: string;
  readonly labels: readonly Label[];
  readonly apps: readonly MetricApp[];
  readonly buckets?: readonly number[];
}

const ALL: readonly MetricApp[] = ['gateway', 'actors', 'learner'];
const LATENCY_SECONDS = [
  0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.2, 0.5, 1, 2, 5, 10,
];
const SIZE_EVENTS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
const TENTHS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
const SIZE_BYTES = [256, 1024, 4096, 16_384, 65_536, 262_144, 786_432];

const counter = <L extends string = never>(
  apps: readonly MetricApp[],
  name: `rekappa_${string}_total`,
  help: string,
  labels: readonly L[] = [],
): Definition<'counter', L> => ({ kind: 'counter', name, help, labels, apps });
const gauge = <L extends string = never>(
  apps: readonly MetricApp[],
  name: `rekappa_${string}`,
  help: string,
  labels: readonly L[] = [],
): Definition<'gauge', L> => ({ kind: 'gauge', name, help, labels, apps });
const histogram = <L extends string = never>(
  apps: readonly MetricApp[],
  name: `rekappa_${string}`,
  help: string,
  labels: readonly L[] = [],
  buckets: readonly number[] = LATENCY_SECONDS,
): Definition<'histogram', L> => ({ kind: 'histogram', name, help, labels, apps, buckets });

export const METRIC_CATALOGUE = {
  // Every app
  httpRequestSeconds: histogram(
    ALL,
    'rekappa_http_request_seconds',
    'HTTP requests by route and status: time from first byte in to last byte out.',
    ['method', 'route', 'status'],
  ),
  restarts: gauge(
    ALL,
    'rekappa_restarts',
    'How often the supervisor has restarted this process since it started.',
  ),
  ready: gauge(ALL, 'rekappa_ready', '1 when /health/ready answers 200, else 0.'),
  natsReconnects: counter(ALL, 'rekappa_nats_reconnects_total', 'Reconnections to NATS.'),
  frameEvents: histogram(
    ['gateway'],
    'rekappa_frame_events',
    'Events per acknowledged frame.',
    [],
    SIZE_EVENTS,
  ),
  frameBytes: histogram(['gateway'], 'rekappa_frame_bytes', 'Bytes per acknowledged frame.', [], SIZE_BYTES),
  dead: counter(['actors', 'learner'], 'rekappa_dead_total', 'Entries put into the dead stream.', [
    'where',
    'code',
  ]),

  // Gateway
  eventsAccepted: counter(['gateway'], 'rekappa_events_accepted_total', 'Events acknowledged by JetStream.', [
    'kind',
    'via',
  ]),
  eventsRejected: counter(['gateway'], 'rekappa_events_rejected_total', 'Events refused at the edge.', [
    'code',
    'via',
  ]),
  ingestAckSeconds: histogram(
    ['gateway'],
    'rekappa_ingest_ack_seconds',
    'From a parsed request to the acknowledgement of its last event.',
    ['via'],
  ),
  requestsInFlight: gauge(['gateway'], 'rekappa_requests_in_flight', 'Requests being answered now.'),
  recommendations: counter(
    ['gateway'],
    'rekappa_recommendations_total',
    'Answered requests for a user’s list or a ranking; source is live, last-list, trending, as-given or empty.',
    ['source'],
  ),
  degraded: counter(
    ['gateway'],
    'rekappa_degraded_total',
    'Answers that were not live, what is trending included, by error code and substitute.',
    ['reason', 'source'],
  ),
  ruleFailures: counter(
    ['actors'],
    'rekappa_rule_failures_total',
    'Business rules that could not be applied to an item; rule is its name, or request for a request’s own.',
    ['rule'],
  ),
  ruleLimits: counter(
    ['actors'],
    'rekappa_rule_limits_total',
    'Answers whose business rules had more to evaluate than is allowed (docs/rules.md).',
  ),
  cacheRequests: counter(
    ['gateway'],
    'rekappa_cache_requests_total',
    'Cache reads and writes; result is hit, miss, stored, removed or error.',
    ['backend', 'result'],
  ),
  cacheCircuitOpen: gauge(
    ['gateway'],
    'rekappa_cache_circuit_open',
    '1 while Redis is away and the in-process cache stands in, else 0.',
  ),

  // Actor hosts
  eventVisibleSeconds: histogram(
    ['actors'],
    'rekappa_event_visible_seconds',
    'From the append to the log to the fold: when a read shows the event.',
  ),
  foldedEvents: counter(
    ['actors'],
    'rekappa_folded_events_total',
    'Events folded into actors and the catalogue.',
    ['kind'],
  ),
  foldOutcomes: counter(
    ['actors'],
    'rekappa_fold_outcomes_total',
    'Events folded by what became of them: duplicates, late_clicks, orphan_clicks, early_clicks, overflows, stale_epochs, embeddings_left_out...',
    ['case'],
  ),
  partitionLagEvents: gauge(
    ['actors'],
    'rekappa_partition_lag_events',
    'Log entries of the partition that are not folded yet.',
    ['partition'],
  ),
  partitionLagSeconds: gauge(
    ['actors'],
    'rekappa_partition_lag_seconds',
    'Age of the oldest log entry that is not folded yet; 0 when caught up.',
    ['partition'],
  ),
  partitionsOwned: gauge(['actors'], 'rekappa_partitions_owned', 'Partitions this host holds a lease for.'),
  leaseChanges: counter(['actors'], 'rekappa_lease_changes_total', 'Leases acquired, lost and released.', [
    'change',
  ]),
  takeoverSeconds: histogram(
    ['actors'],
    'rekappa_takeover_seconds',
    'From the lease of a partition to its readiness.',
    [],
    [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60],
  ),
  residentActors: gauge(['actors'], 'rekappa_resident_actors', 'User actors in memory.'),
  packedActors: gauge(
    ['actors'],
    'rekappa_packed_actors',
    'Of the user actors in memory, those kept as bytes.',
  ),
  residentBytes: gauge(['actors'], 'rekappa_resident_bytes', 'Estimated memory of the resident actors.'),
  activations: counter(
    ['actors'],
    'rekappa_activations_total',
    'Actors brought into memory; source is new or checkpoint.',
    ['source'],
  ),
  passivations: counter(
    ['actors'],
    'rekappa_passivations_total',
    'Actors put out of memory; cause is idle or memory.',
    ['cause'],
  ),
  mailboxRefusals: counter(
    ['actors'],
    'rekappa_mailbox_refusals_total',
    'Requests refused because an actor’s mailbox was full.',
  ),
  feedbackRecords: counter(['actors'], 'rekappa_feedback_records_total', 'Records emitted to FEEDBACK.', [
    'kind',
  ]),
  ticks: counter(['actors'], 'rekappa_ticks_total', 'Tick entries appended to the log.'),
  checkpointSeconds: histogram(
    ['actors'],
    'rekappa_checkpoint_seconds',
    'Duration of a partition checkpoint.',
  ),
  checkpointAgeSeconds: gauge(
    ['actors'],
    'rekappa_checkpoint_age_seconds',
    'Age of the oldest checkpoint among the owned partitions.',
  ),
  checkpointFailures: counter(
    ['actors'],
    'rekappa_checkpoint_failures_total',
    'Checkpoints that could not be written or read.',
    ['cause'],
  ),
  catalogueItems: gauge(['actors'], 'rekappa_catalogue_items', 'Items in the catalogue replica.'),
  rpcSeconds: histogram(['actors', 'learner'], 'rekappa_rpc_seconds', 'Requests answered over NATS.', [
    'op',
    'outcome',
  ]),
  rankStageSeconds: histogram(['actors'], 'rekappa_rank_stage_seconds', 'Stages of a recommendation.', [
    'stage',
  ]),
  recallChannelSeconds: histogram(
    ['actors'],
    'rekappa_recall_channel_seconds',
    'Channels of a recall, each with what it finds for the mix; shared: what is made ready for all.',
    ['channel'],
  ),
  recallChannelCandidates: counter(
    ['actors'],
    'rekappa_recall_channel_candidates_total',
    'Candidates that no channel before had found.',
    ['channel'],
  ),
  listedItems: counter(
    ['actors'],
    'rekappa_listed_items_total',
    'Items put into lists, by the recall channel that found them; given where the caller did.',
    ['channel'],
  ),
  listDiversity: histogram(
    ['actors'],
    'rekappa_list_diversity_ratio',
    'Mean distance of the pairs of a list of recommendations, as `rekappa evaluate` measures it; of one list in ten.',
    [],
    TENTHS,
  ),
  candidates: histogram(['actors'], 'rekappa_candidates', 'Candidates after recall.', [], SIZE_EVENTS),
  modelAgeSeconds: gauge(
    ['actors'],
    'rekappa_model_age_seconds',
    'Time since the model replica last changed.',
  ),

  // Learner
  samples: counter(['learner'], 'rekappa_samples_total', 'Samples learnt.', ['label']),
  feedbackLagMessages: gauge(
    ['learner'],
    'rekappa_feedback_lag_messages',
    'Feedback messages that are not learnt yet.',
  ),
  progressiveLogLoss: gauge(
    ['learner'],
    'rekappa_progressive_log_loss',
    'Log loss of predictions made before learning; window is recent or all.',
    ['learner', 'window'],
  ),
  progressiveNormalisedEntropy: gauge(
    ['learner'],
    'rekappa_progressive_normalised_entropy',
    'Log loss over that of the overall click rate.',
    ['learner', 'window'],
  ),
  trendingHitRate: gauge(
    ['learner'],
    'rekappa_trending_hit_rate',
    'Share of recent engagements whose item was among the ten most popular, by half-life of popularity.',
    ['window'],
  ),
  progressiveAuc: gauge(
    ['learner'],
    'rekappa_progressive_auc',
    'Area under the ROC curve of predictions made before learning.',
    ['learner', 'window'],
  ),
  progressiveCalibration: gauge(
    ['learner'],
    'rekappa_progressive_calibration_ratio',
    'Sum of predictions over sum of clicks; 1 is calibrated.',
    ['learner', 'window'],
  ),
  progressiveCalibrationError: gauge(
    ['learner'],
    'rekappa_progressive_calibration_error',
    'Mean distance of prediction and observed rate over ten bins of predictions (ECE).',
    ['learner', 'window'],
  ),
  goalLogLoss: gauge(
    ['learner'],
    'rekappa_goal_log_loss',
    'Log loss of what comes of a click, of predictions made before learning; base: of the goal’s rate.',
    ['goal', 'predictor'],
  ),
  goalAuc: gauge(
    ['learner'],
    'rekappa_goal_auc',
    'Area under the ROC curve of what comes of a click, of predictions made before learning.',
    ['goal'],
  ),
  goalCalibration: gauge(
    ['learner'],
    'rekappa_goal_calibration_ratio',
    'Predicted over reached: 1 is right.',
    ['goal'],
  ),
  progressiveNdcg: gauge(
    ['learner'],
    'rekappa_progressive_ndcg',
    'NDCG@10 of the newest lists with a click, in the order of predictions made before learning.',
    ['learner'],
  ),
  progressiveLists: gauge(
    ['learner'],
    'rekappa_progressive_lists',
    'Precision, recall, F1 and hit at ten, and MRR, of the newest lists with a click, in the order of predictions made before learning.',
    ['learner', 'metric'],
  ),
  shownLately: gauge(
    ['learner'],
    'rekappa_shown',
    'Of what the newest samples showed: coverage, Gini of the exposures, novelty in bits.',
    ['metric'],
  ),
  progressiveUserAuc: gauge(
    ['learner'],
    'rekappa_progressive_user_auc',
    'Area under the ROC curve of each user’s newest samples, mean weighted by samples.',
    ['learner'],
  ),
  clippedSteps: counter(['learner'], 'rekappa_clipped_steps_total', 'Update steps clipped to their bound.', [
    'learner',
  ]),
  refusedSamples: counter(
    ['learner'],
    'rekappa_refused_samples_total',
    'Samples refused because a value was not finite.',
  ),
  deltas: counter(['learner'], 'rekappa_deltas_total', 'Weight deltas published.'),
  deltaBytes: counter(['learner'], 'rekappa_delta_bytes_total', 'Bytes of weight deltas published.'),
  snapshotAgeSeconds: gauge(
    ['learner'],
    'rekappa_snapshot_age_seconds',
    'For how long the model has known what no snapshot knows; 0 while everything is stored.',
  ),
  snapshotSeconds: histogram(
    ['learner'],
    'rekappa_snapshot_seconds',
    'Duration of a snapshot.',
    [],
    [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30],
  ),
  snapshotBytes: gauge(['learner'], 'rekappa_snapshot_bytes', 'Size of the newest snapshot.'),
  snapshotFailures: counter(
    ['learner'],
    'rekappa_snapshot_failures_total',
    'Snapshots that could not be written or were skipped as invalid.',
    ['cause'],
  ),
  promotions: counter(['learner'], 'rekappa_promotions_total', 'Models made live.'),
} as const;

export type MetricCatalogue = typeof METRIC_CATALOGUE;
export type MetricKey = keyof MetricCatalogue;
