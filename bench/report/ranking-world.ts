/**
 * What the ranking benchmark ranks in: a catalogue, its index, users with a past and a model that learnt from it, all made
 * by the system's own folds from a seed. Users like two categories each; slots, clicks and purchases follow from that.
 */
import { asEventId, asItemId, asUserId, SeededRandom } from '#kernel';
import { settingsSchema, type Settings } from '#config';
import { Catalogue, type Item } from '#catalogue';
import type { LogEvent } from '#events';
import { createUser, foldSettingsOf, PartitionFold, SettingsHistory, type UserState } from '#interest';
import { modelSettingsOf, ModelReplica, OnlineModel } from '#learning';
import { RecallIndex } from '#recall';

export interface WorldSize {
  readonly items: number;
  readonly users: number;
  /** Lists shown to each user, ten items each. */
  readonly listsEach: number;
}

export interface RankingWorld {
  readonly catalogue: Catalogue;
  readonly index: RecallIndex;
  readonly users: readonly UserState[];
  readonly replica: ModelReplica;
  readonly settings: Settings;
  /** Event time after everything, ms. */
  readonly now: number;
}

const START = 1_700_000_000_000;
const CATEGORIES = 20;
const LIST_LENGTH = 10;

export function rankingWorld({ items, users, listsEach }: WorldSize, seed = 1): RankingWorld {
  const settings = settingsSchema.parse({});
  const random = new SeededRandom(seed);
  const catalogue = sampleCatalogue(items, random);
  const index = new RecallIndex(catalogue);
  const model = new OnlineModel(modelSettingsOf(settings));
  const states = new Map<string, UserState>();
  const get = (id: string): UserState => {
    const state = states.get(id) ?? createUser(id);
    states.set(id, state);
    return state;
  };
  const fold = new PartitionFold(
    0,
    new SettingsHistory(foldSettingsOf(settings)),
    catalogue,
    { get, touched: () => {}, erase: () => {} },
    (record) => {
      if (record.kind === 'exposure') model.exposure(record);
      else if (record.kind === 'outcome') model.outcome(record);
      else if (record.kind === 'sequel') model.sequel(record);
      else model.engagement(record);
    },
    () => {},
  );
  const now = live(fold, catalogue, users, listsEach, random);
  return { catalogue, index, users: [...states.values()], replica: ModelReplica.of(model), settings, now };
}

function sampleCatalogue(count: number, random: SeededRandom): Catalogue {
  const catalogue = new Catalogue();
  for (let i = 0; i < count; i++) {
    const fields = {
      title: `Item ${i}`,
      categories: [`category ${random.below(CATEGORIES)}`, `category ${random.below(CATEGORIES)}`],
      tags: Array.from({ length: 5 }, () => `tag ${random.below(500)}`),
      brand: `brand ${random.below(100)}`,
      price: random.below(1_000),
      createdAt: START - random.below(30 * 86_400_000),
      attributes: { f_rating: 5 * random.next() },
    };
    const event = {
      kind: 'upsert',
      mode: 'replace',
      eventId: asEventId(`i${i}`),
      itemId: asItemId(`item-${i}`),
      timestamp: START,
      version: 1,
      fields,
    } as const;
    catalogue.apply(event, { sequence: i + 1, index: 0 }, START);
  }
  return catalogue;
}

/** @returns the event time at the end */
function live(
  fold: PartitionFold,
  catalogue: Catalogue,
  users: number,
  listsEach: number,
  random: SeededRandom,
): number {
  const items = [...catalogue.values()];
  let sequence = items.length;
  let at = START;
  const put = (event: LogEvent): void => fold.fold(++sequence, at, [{ index: 0, event }]);
  for (let list = 0; list < listsEach; list++) {
    for (let user = 0; user < users; user++) {
      at += 500;
      const userId = asUserId(`user-${user}`);
      const base = () => ({ eventId: asEventId(`e${sequence}`), timestamp: at, version: 1 as const, userId });
      // The square makes the front of the catalogue popular.
      const shown = Array.from(
        { length: LIST_LENGTH },
        () => items[Math.floor(items.length * random.next() ** 2)]!,
      );
      put({ kind: 'impression', ...base(), items: shown.map(({ id }) => ({ itemId: asItemId(id) })) });
      for (const item of shown) {
        if (random.next() > (likes(user, item) ? 0.4 : 0.04)) continue;
        put({
          kind: 'interaction',
          ...base(),
          type: random.next() < 0.1 ? 'purchase' : 'click',
          itemId: asItemId(item.id),
        });
      }
    }
    at += 3_600_000;
    put({ kind: 'tick', eventId: asEventId(`t${list}`), timestamp: at, version: 1, epoch: 1 });
    // One tick closes a bounded number of users; the rest follow.
    for (
      let more = 0;
      fold.nextDeadline() !== undefined && fold.nextDeadline()! <= at && more < users;
      more++
    ) {
      put({ kind: 'tick', eventId: asEventId(`t${list}.${more}`), timestamp: at, version: 1, epoch: 1 });
    }
  }
  return at;
}

function likes(user: number, item: Item): boolean {
  return (
    item.categories.includes(`category ${user % CATEGORIES}`) ||
    item.categories.includes(`category ${(user * 7) % CATEGORIES}`)
  );
}
