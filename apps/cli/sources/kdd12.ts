/**
 * KDD Cup 2012 track 2, as OpenML's `Click_prediction_small` has it: a CSV row is an ad shown for a query, how often it was
 * (`impression`) and how often clicked (`click`; there 0 or 1). Each becomes a page with one named slot of `depth`.
 *
 * There is no time: rows follow each other a second apart. The user 0 is nobody known: a visitor of their own each time.
 */
import { parseEvent, type LogEvent } from '#events';

export const KDD12_COLUMNS = [
  'click',
  'impression',
  'url_hash',
  'ad_id',
  'advertiser_id',
  'depth',
  'position',
  'query_id',
  'keyword_id',
  'title_id',
  'description_id',
  'user_id',
] as const;

export interface Kdd12Row {
  readonly row: number;
  readonly clicks: number;
  readonly impressions: number;
  readonly depth: number;
  readonly position: number;
  readonly page: string;
  readonly ad: string;
  readonly advertiser: string;
  readonly query: string;
  readonly keyword: string;
  readonly user: string;
}

/** What of a row is the item: ads of one page, or of one advertiser, are then the same item. */
export const KDD12_ITEMS = ['page', 'ad', 'advertiser'] as const;
export type Kdd12Item = (typeof KDD12_ITEMS)[number];

/** 2020-01-01, the time of row 0. */
const START_MS = 1_577_836_800_000;
const ROW_MS = 1_000;
/** Impressions of one row that are played one by one; the rest of a row is left out. */
export const KDD12_REPEATS_MAX = 100;

/** @returns undefined for a line that is no row */
export function readKdd12Row(line: string, row: number): Kdd12Row | undefined {
  const fields = line.split(',').map((field) => field.replaceAll('"', '').trim());
  if (fields.length !== KDD12_COLUMNS.length) return undefined;
  const value = (name: (typeof KDD12_COLUMNS)[number]) => fields[KDD12_COLUMNS.indexOf(name)]!;
  const [clicks, impressions] = [Number(value('click')), Number(value('impression'))];
  const [depth, position] = [Number(value('depth')), Number(value('position'))];
  const sound =
    Number.isInteger(clicks) &&
    clicks >= 0 &&
    Number.isInteger(impressions) &&
    impressions >= 1 &&
    Number.isInteger(position) &&
    position >= 1 &&
    Number.isInteger(depth) &&
    depth >= position;
  if (!sound) return undefined;
  return {
    row,
    clicks,
    impressions,
    depth,
    position,
    page: value('url_hash'),
    ad: value('ad_id'),
    advertiser: value('advertiser_id'),
    query: value('query_id'),
    keyword: value('keyword_id'),
    user: value('user_id') === '0' ? `visitor-${row}` : value('user_id'),
  };
}

export const kdd12ItemId = (row: Kdd12Row, item: Kdd12Item): string => `${item}:${row[item]}`;

/**
 * The row's events: its item, its impression or impressions, its click or clicks.
 * @param repeat each of the row's impressions by itself, min(click, impression) of them clicked; otherwise the
 *   row is one impression, clicked when any was
 * @param tick counts impressions over the whole file: their time
 */
export function* kdd12Events(
  row: Kdd12Row,
  item: Kdd12Item,
  repeat: boolean,
  tick: () => number,
): Generator<LogEvent> {
  const itemId = kdd12ItemId(row, item);
  const times = repeat ? Math.min(row.impressions, KDD12_REPEATS_MAX) : 1;
  const clicks = repeat ? Math.min(row.clicks, row.impressions, times) : Math.min(row.clicks, 1);
  for (let time = 0; time < times; time++) {
    const timestamp = START_MS + tick() * ROW_MS;
    const eventId = `row-${row.row}-${time}`;
    if (time === 0)
      yield event({
        kind: 'upsert',
        eventId: `${eventId}-item`,
        itemId,
        timestamp,
        mode: 'merge',
        fields: { brand: `advertiser:${row.advertiser}` },
      });
    const common = { userId: row.user, timestamp, recommendationId: eventId };
    const context = { query: row.query, keyword: row.keyword, ad: row.ad };
    const items = [{ itemId, position: row.position }];
    yield event({ kind: 'impression', eventId, ...common, depth: row.depth, items, context });
    if (time < clicks)
      yield event({ kind: 'interaction', type: 'click', eventId: `${eventId}-click`, ...common, itemId });
  }
}

function event(value: unknown): LogEvent {
  const parsed = parseEvent(value);
  if (!parsed.ok) throw new Error(`not an event: ${parsed.rejection.message}`);
  return parsed.event;
}
