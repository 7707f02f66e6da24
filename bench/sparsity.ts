/**
 * Sparsity: non-zero weights of FTRL with L1 beside those of gradient descent, at the same AUC.
 *
 *     REKAPPA_DATA=~/data npm run bench -- sparsity [--json]
 *
 * As table 1 of McMahan et al. (KDD 2013), by progressive validation: one pass in order of time, predict, then learn. Both
 * learners get the best of several rates; L1 rises until AucLoss (1 − AUC) has grown by half a percent over that of
 * gradient descent. The paper has FTRL-Proximal beside RDA (+3 % weights, +.6 % AucLoss), FOBOS (+38 %, 0 %) and
 * OGD-Count (+216 %, 0 %): FTRL's weights are 32 % of those of gradient descent that leaves out rare features.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parseArgs } from 'node:util';
import { auc } from '#evaluation';
import { combine32, fnv1a32, SeededRandom } from '#kernel';
import {
  FtrlProximal,
  newSample,
  OnlineLogisticRegression,
  sigmoid,
  SlotRows,
  type OnlineLearner,
} from '#learning';
import { printReport, type Figure } from './report/bench-report.js';

const BITS = 22;
const MASK = 2 ** BITS - 1;
const OGD_RATES = [0.02, 0.05, 0.1, 0.2, 0.4];
const FTRL_RATES = [0.03, 0.1, 0.3];
const L1S = [0, 0.3, 0.6, 1, 1.5, 2, 3, 4, 6];
const LOSS_ALLOWED = 0.005;
/** FTRL's weights beside those of OGD-Count, which has 216 % more. */
const PAPER = 1 / 3.16;
const GOAL = 0.35;

interface Stream {
  readonly name: string;
  /** Slots of all samples, one after another, and where each begins. */
  readonly slots: Uint32Array;
  readonly starts: Uint32Array;
  readonly labels: Uint8Array;
}

interface Run {
  readonly auc: number;
  readonly weights: number;
}

/** What RankLens says of a film in words. */
const LABELS = new Set(['genres', 'tags', 'actors', 'director']);

const { REKAPPA_DATA: data } = process.env;
parseArgs({ options: { json: { type: 'boolean', default: false } } });
const streams = [syntheticAds(), ...recorded()];
printReport('sparsity', streams.flatMap(figuresOf), { slots: 2 ** BITS });

function figuresOf(stream: Stream): Figure[] {
  const ogd = best(
    OGD_RATES.map((alpha) => ({
      alpha,
      ...run(stream, new OnlineLogisticRegression(SlotRows.toLearn(2 ** BITS), { alpha })),
    })),
  );
  const rate = best(FTRL_RATES.map((alpha) => ({ alpha, ...run(stream, ftrl(alpha, 0)) }))).alpha;
  const tried = L1S.map((l1) => ({ l1, ...run(stream, ftrl(rate, l1)) }));
  const loss = (own: Run): number => (1 - own.auc) / (1 - ogd.auc) - 1;
  const sparsest = tried.filter((own) => loss(own) < LOSS_ALLOWED).at(-1);
  const percent = (share: number): string => `${share < 0 ? '−' : '+'}${Math.abs(100 * share).toFixed(2)} %`;
  return [
    {
      name: `${stream.name}: gradient descent, weights`,
      value: ogd.weights,
      unit: 'non-zero',
      note: `α = ${ogd.alpha}, AUC ${ogd.auc.toFixed(4)}, ${stream.labels.length.toLocaleString('en')} samples`,
    },
    ...tried.map((own) => ({
      name: `${stream.name}: FTRL λ1 = ${own.l1}, weights`,
      value: own.weights / ogd.weights,
      unit: 'of them',
      note: `AUC ${own.auc.toFixed(4)}, AucLoss ${percent(loss(own))}`,
    })),
    ...(sparsest
      ? [
          {
            name: `${stream.name}: FTRL at an AucLoss within .5 %`,
            value: sparsest.weights / ogd.weights,
            unit: 'of them',
            limit: { name: 'paper, beside OGD-Count', value: PAPER },
            note: `goal < ${GOAL}; λ1 = ${sparsest.l1}, α = ${rate}`,
          },
        ]
      : []),
  ];
}

function ftrl(alpha: number, l1: number): FtrlProximal {
  return new FtrlProximal(SlotRows.toLearn(2 ** BITS), { alpha, beta: 1, l1, l2: 1 });
}

function best<T extends Run>(runs: readonly T[]): T {
  return runs.reduce((a, b) => (b.auc > a.auc ? b : a));
}

/** One pass: predict, then learn. */
function run(
  { slots, starts, labels }: Stream,
  learner: OnlineLearner & { weights: { countNonZero(): number } },
): Run {
  const sample = newSample();
  sample.values.fill(1);
  const scores = new Float64Array(labels.length);
  for (let n = 0; n < labels.length; n++) {
    const end = starts[n + 1] ?? slots.length;
    sample.length = end - starts[n]!;
    for (let i = 0; i < sample.length; i++) sample.slots[i] = slots[starts[n]! + i]!;
    scores[n] = learner.weights.logit(sample);
    learner.update(sample, sigmoid(scores[n]!) - labels[n]!);
  }
  return {
    auc: auc(scores, labels),
    weights: learner.weights.countNonZero(),
  };
}

/** Ads-like: few strong features among many, most of them seen once or twice, whose labels are rare. */
function syntheticAds(): Stream {
  const random = new SeededRandom(1);
  const fields = 12;
  const samples = 150_000;
  const strength = (feature: number): number =>
    feature % 7 === 0 ? 1.2 * new SeededRandom(feature + 1).normal() : 0;
  const known = new Map<number, number>();
  const rows = Array.from({ length: samples }, () => {
    let logit = -2;
    const features = Array.from({ length: fields }, (_, field) => {
      const value = Math.floor(200_000 ** random.next()) - 1;
      const feature = combine32(field, value);
      const weight = known.get(feature) ?? strength(feature);
      known.set(feature, weight);
      logit += weight;
      return feature;
    });
    return { features, label: random.next() < sigmoid(logit) };
  });
  return streamOf('synthetic ads', rows);
}

function recorded(): Stream[] {
  if (!data) {
    process.stderr.write('REKAPPA_DATA is not set: only the synthetic stream is measured\n');
    return [];
  }
  return [kuaiRand(join(data, 'kuairand-pure')), ranklens(join(data, 'ranklens', 'events.jsonl.gz'))];
}

/** Raw fields: the user and eight fields of theirs; the video, its author, tag, type, upload type, length; tab and hour. */
function kuaiRand(folder: string): Stream {
  const users = byFirst(csv(join(folder, 'user_features_pure.csv')));
  const videos = byFirst(csv(join(folder, 'video_features_basic_pure.csv')));
  const userFields = [
    'user_active_degree',
    'is_live_streamer',
    'is_video_author',
    'follow_user_num_range',
    'fans_user_num_range',
    'friend_user_num_range',
    'register_days_range',
    'onehot_feat1',
  ];
  const rows = csv(join(folder, 'log_standard_0425_0503.csv')).map((row) => {
    const user = users.get(row.user_id!) ?? {};
    const video = videos.get(row.video_id!) ?? {};
    const fields: Record<string, string | undefined> = {
      bias: '',
      user: row.user_id,
      video: row.video_id,
      tab: row.tab,
      hour: row.hourmin?.slice(0, -2),
      author: video.author_id,
      tag: video.tag,
      type: video.video_type,
      upload: video.upload_type,
      length: String(Math.round(2 * Math.log2(1 + Number(video.video_duration ?? 0) / 1000))),
      ...Object.fromEntries(userFields.map((name) => [name, user[name]])),
    };
    return {
      features: Object.entries(fields).map(([name, value]) => combine32(fnv1a32(name), fnv1a32(value ?? ''))),
      label: row.is_click === '1',
    };
  });
  return streamOf('KuaiRand', rows);
}

/** User, film, genres, decade and the crosses of user with genre; the click comes with its list. */
function ranklens(path: string): Stream {
  const films = new Map<string, readonly string[]>();
  const lists: { id: string; user: string; items: string[] }[] = [];
  const clicked = new Set<string>();
  for (const line of text(path).split('\n')) {
    if (line === '') continue;
    const event = JSON.parse(line) as RanklensEvent;
    if (event.event === 'item')
      films.set(
        event.item,
        event.fields
          .filter(({ name }) => LABELS.has(name))
          .flatMap(({ name, value }) => [value].flat().map((own) => `${name} ${own}`)),
      );
    else if (event.event === 'ranking')
      lists.push({ id: event.id, user: event.user, items: event.items.map(({ id }) => id) });
    else clicked.add(`${event.ranking} ${event.item}`);
  }
  const rows = lists.flatMap(({ id, user, items }) =>
    items.map((item) => {
      const labels = films.get(item) ?? [];
      const names = [
        'bias',
        `user ${user}`,
        `film ${item}`,
        ...labels.slice(0, 24),
        ...labels.slice(0, 12).map((label) => `${user} ${label}`),
      ];
      return { features: names.map((name) => fnv1a32(name)), label: clicked.has(`${id} ${item}`) };
    }),
  );
  return streamOf('RankLens', rows);
}

interface RanklensEvent {
  readonly event: 'item' | 'ranking' | 'interaction';
  readonly id: string;
  readonly item: string;
  readonly user: string;
  readonly ranking: string;
  readonly items: { readonly id: string }[];
  readonly fields: { readonly name: string; readonly value: string | number | string[] }[];
}

function streamOf(name: string, rows: readonly { features: readonly number[]; label: boolean }[]): Stream {
  const starts = new Uint32Array(rows.length);
  const slots = new Uint32Array(rows.reduce((sum, { features }) => sum + features.length, 0));
  let at = 0;
  rows.forEach(({ features }, n) => {
    starts[n] = at;
    for (const feature of features) slots[at++] = (feature & MASK) >>> 0;
  });
  return { name, slots, starts, labels: Uint8Array.from(rows, ({ label }) => (label ? 1 : 0)) };
}

function csv(path: string): Record<string, string>[] {
  const [header, ...lines] = text(path).trim().split('\n');
  const names = header!.split(',');
  return lines.map((line) => {
    const values = line.includes('"') ? quoted(line) : line.split(',');
    return Object.fromEntries(names.map((name, i) => [name, values[i] ?? '']));
  });
}

function quoted(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"([^"]*)"|([^,]*))/g)].map(([, inner, plain]) => inner ?? plain ?? '');
}

function byFirst(rows: readonly Record<string, string>[]): Map<string, Record<string, string>> {
  return new Map(rows.map((row) => [Object.values(row)[0]!, row]));
}

function text(path: string): string {
  const found = [path, `${path}.gz`].find(existsSync);
  if (!found) throw new Error(`${path} does not exist below REKAPPA_DATA`);
  const bytes = readFileSync(found);
  return (found.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}
