/**
 * KuaiRand-Pure's tables (Gao et al., CIKM 2022: short-video exposures of Kuaishou, each with what the user did) as our
 * events. Pure mappings of one row each:
 *
 *     video_features_basic_pure.csv   → upsert: author as brand, tags as categories; type, upload, music and duration as tags
 *     user_features_pure.csv          → profile, at the user's first exposure
 *     log_standard_*.csv              → impression of one video, then the interactions that the row names
 *
 * All events of a row carry the row's time, the impression first: nothing of a row is known before it.
 */
import { parseEvent, type LogEvent } from '#events';
import type { CsvRow } from './csv.js';

/** Users have 26 fields, the profile's first ones become features: the finest of the encrypted ones come before the rest. */
const PROFILE_FIELDS = [
  'user_active_degree',
  'follow_user_num_range',
  'fans_user_num_range',
  'friend_user_num_range',
  'register_days_range',
  'is_live_streamer',
  'is_video_author',
  'onehot_feat1',
  'onehot_feat2',
  'onehot_feat3',
  'onehot_feat7',
  'onehot_feat8',
] as const;

/** Columns of the log that say what the user did, and what it is to us. `is_click` comes first: it is the label. */
const INTERACTIONS = {
  is_click: 'click',
  is_like: 'like',
  is_follow: 'follow',
  is_comment: 'comment',
  is_forward: 'share',
  is_hate: 'dislike',
} as const;

export function mapVideo(row: CsvRow, timestamp: number): LogEvent | undefined {
  const id = row.video_id;
  const seconds = Number(row.video_duration) / 1000;
  const tags = [
    ...labelled('type', row.video_type),
    ...labelled('upload', row.upload_type),
    ...labelled('music type', row.music_type),
    ...(seconds > 0 ? [`duration:${durationBucket(seconds)}`] : []),
  ];
  const published = Date.parse(`${row.upload_dt}T00:00:00+08:00`);
  return checked({
    kind: 'upsert',
    eventId: `kuairand:video:${id}`,
    itemId: id,
    timestamp,
    mode: 'replace',
    fields: {
      ...(row.author_id && { brand: row.author_id }),
      categories: (row.tag ?? '').split(',').filter((tag) => tag !== ''),
      tags,
      ...(Number.isFinite(published) && { createdAt: published }),
      ...(seconds > 0 && { attributes: { f_seconds: seconds } }),
    },
  });
}

export function mapUser(row: CsvRow, timestamp: number): LogEvent | undefined {
  const attributes = Object.fromEntries(
    PROFILE_FIELDS.filter((name) => row[name]).map((name) => [name, row[name]!]),
  );
  const userId = row.user_id;
  return checked({ kind: 'profile', eventId: `kuairand:user:${userId}`, userId, timestamp, attributes });
}

/** @param line names the row: two exposures may be equal in everything else */
export function mapExposure(row: CsvRow, line: number): LogEvent[] | undefined {
  const { user_id: userId, video_id: itemId } = row;
  const timestamp = Number(row.time_ms);
  const recommendationId = `kuairand:${line}`;
  const impression = checked({
    kind: 'impression',
    eventId: `kuairand:${line}:shown`,
    userId,
    timestamp,
    recommendationId,
    items: [{ itemId, position: 1 }],
    context: { tab: `${row.tab}`, hour: Math.floor(Number(row.hourmin) / 100) },
  });
  if (!impression) return undefined;
  const done = Object.entries(INTERACTIONS).filter(([column]) => row[column] === '1');
  const interactions = done.flatMap(([, type]) => {
    const eventId = `kuairand:${line}:${type}`;
    const event = checked({
      kind: 'interaction',
      eventId,
      userId,
      type,
      itemId,
      recommendationId,
      timestamp,
    });
    return event ? [event] : [];
  });
  return [impression, ...interactions];
}

/** Half-octaves of seconds. */
function durationBucket(seconds: number): number {
  return Math.floor(2 * Math.log2(1 + seconds));
}

function labelled(name: string, value: string | undefined): string[] {
  return value ? [`${name}:${value}`] : [];
}

function checked(event: unknown): LogEvent | undefined {
  const parsed = parseEvent(event);
  return parsed.ok ? parsed.event : undefined;
}
