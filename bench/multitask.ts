/**
 * Several goals: what serves, a head for each goal, beside a multi-gate mixture of experts (MMoE), on KuaiRand.
 *
 *     REKAPPA_DATA=~/data npm run bench -- multitask [--json]
 *
 * One pass in order of time; each answer is predicted, then learnt: clicks of all exposures, likes of the clicked ones. The mixtures see the features that the heads see, in two sizes and at three rates, by
 * themselves and on top of what serves (its logit as their offset); the best of each, chosen in hindsight, is shown.
 */
import { parseArgs } from 'node:util';
import { join } from 'node:path';
import { auc, LiveRehearsal, logLoss } from '#evaluation';
import {
  newFeatureVector,
  type FeatureVector,
  type FeedbackRecord,
  type Impression,
  type LogEvent,
  type Tick,
} from '#events';
import { FeatureExtractor } from '#features';
import { createUser } from '#interest';
import { key53 } from '#kernel';
import { GOALS, logit, newScores } from '#learning';
import { loadSettings } from '#config';
import { rehearsalOf } from '../apps/cli/evaluate/context.js';
import { KUAIRAND_SETTINGS } from '../apps/cli/evaluate/datasets/kuairand.js';
import { overridesAsEnvironment } from '../apps/cli/setting-overrides.js';
import { openKuaiRand } from '../apps/cli/sources/kuairand-source.js';
import { Progress } from '../apps/cli/terminal/progress.js';
import { MixtureOfExperts } from './report/mixture-of-experts.js';
import { printReport, type Figure } from './report/bench-report.js';

const TASKS = ['click', 'like, given a click'] as const;
const [CLICK, LIKE] = [0, 1];
const RATES = [0.01, 0.03, 0.1];
const SIZES = [
  { bits: 18, embedding: 8, experts: 4, width: 8 },
  { bits: 18, embedding: 16, experts: 8, width: 16 },
];
const SEED = 1;

/** What one predictor said of each task's samples, in order. */
type Said = readonly number[][];

const { REKAPPA_DATA: data } = process.env;
parseArgs({ options: { json: { type: 'boolean', default: false } } });
if (!data) {
  process.stderr.write('REKAPPA_DATA is not set: nothing is measured without KuaiRand\n');
  process.exit(0);
}
const settings = SIZES.flatMap((size) =>
  RATES.map((rate) => ({ ...size, rate, tasks: TASKS.length, seed: SEED })),
);
const mixtures = settings.map((own) => ({
  alone: new MixtureOfExperts(own),
  above: new MixtureOfExperts(own),
  saidAlone: nothingSaid(),
  saidAbove: nothingSaid(),
}));
const targets = nothingSaid();
const served = nothingSaid();
const scores = newScores();
const extractor = new FeatureExtractor();
/** The newest exposure; without features when there is none. */
const shown = { features: newFeatureVector(), predicted: 0, clicked: false };
const goals = new Float64Array(GOALS.length);

await play(data);
printReport('multitask', TASKS.flatMap(figuresOf), {
  exposures: targets[CLICK]!.length,
  clicks: targets[LIKE]!.length,
  mixtures: mixtures.length,
});

async function play(folder: string): Promise<void> {
  const source = await openKuaiRand({
    log: join(folder, 'kuairand-pure/log_standard_0425_0503.csv.gz'),
    videos: join(folder, 'kuairand-pure/video_features_basic_pure.csv.gz'),
    users: join(folder, 'kuairand-pure/user_features_pure.csv.gz'),
  });
  const rehearsal = new LiveRehearsal(
    rehearsalOf(loadSettings(overridesAsEnvironment(KUAIRAND_SETTINGS))),
    (record) => hear(rehearsal, record),
  );
  const progress = new Progress({ label: 'multitask', total: source.bytesTotal, unit: 'events' });
  let events = 0;
  for await (const entry of source.entries()) {
    if ('event' in entry && entry.event.kind !== 'tick') happen(rehearsal, entry.event);
    progress.update(source.bytesRead(), ++events);
  }
  judge();
  progress.stop(source.bytesRead(), events);
}

/** A click comes before the next exposure: then what was shown is known to be clicked or not. */
function happen(rehearsal: LiveRehearsal, event: Exclude<LogEvent, Tick>): void {
  rehearsal.passTime(event.timestamp);
  if (event.kind === 'impression') {
    judge();
    show(rehearsal, event);
  }
  if (event.kind === 'interaction' && event.type === 'click') shown.clicked = true;
  rehearsal.append(event);
}

function show(rehearsal: LiveRehearsal, { userId, context, timestamp, items }: Impression): void {
  const { itemId } = items[0]!;
  extractor.begin(rehearsal.user(userId) ?? createUser(userId), context, timestamp);
  extractor.extract(rehearsal.log.catalogue.get(itemId), itemId, shown.features);
  rehearsal.model.score(shown.features, key53(itemId), timestamp, scores);
  shown.predicted = scores.blend;
  shown.clicked = false;
}

function judge(): void {
  if (shown.features.length > 0) told(shown.features, CLICK, shown.clicked ? 1 : 0, shown.predicted);
  shown.features.length = 0;
}

/** The model learns; what a click led to is predicted first. */
function hear({ model, sequence }: LiveRehearsal, record: FeedbackRecord): void {
  model.sequence = sequence;
  switch (record.kind) {
    case 'exposure':
      return model.exposure(record);
    case 'engagement':
      return model.engagement(record);
    case 'outcome':
      return model.outcome(record);
    case 'sequel':
      model.goals.predict(record.features, record.itemKey, record.userKey, goals);
      told(record.features, LIKE, record.liked ? 1 : 0, goals[GOALS.indexOf('like')]!);
      return model.sequel(record);
  }
}

function told(features: FeatureVector, task: number, target: number, predicted: number): void {
  targets[task]!.push(target);
  served[task]!.push(predicted);
  for (const { alone, above, saidAlone, saidAbove } of mixtures) {
    saidAlone[task]!.push(alone.learn(features, task, target));
    saidAbove[task]!.push(above.learn(features, task, target, logit(predicted)));
  }
}

function figuresOf(name: string, task: number): Figure[] {
  const labels = targets[task]!;
  const aucOf = (said: Said): number => auc(said[task]!, labels);
  const lossOf = (said: Said): string => logLoss(said[task]!, labels).toFixed(4);
  const ours = { name, value: aucOf(served), unit: 'AUC' };
  return (['saidAlone', 'saidAbove'] as const).map((which) => {
    const best = mixtures.map((each) => each[which]).reduce((a, b) => (aucOf(b) > aucOf(a) ? b : a));
    const { embedding, experts, width, rate } = settings[mixtures.findIndex((each) => each[which] === best)]!;
    return {
      ...ours,
      limit: {
        name: which === 'saidAlone' ? 'a mixture of experts' : 'what serves, a mixture on top of it',
        value: aucOf(best),
      },
      note: `log loss ${lossOf(served)} beside ${lossOf(best)}; ${experts} experts of ${width}, embedding ${embedding}, rate ${rate}`,
    };
  });
}

function nothingSaid(): number[][] {
  return TASKS.map(() => []);
}
