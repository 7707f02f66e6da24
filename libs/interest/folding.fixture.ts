/** For tests: a fold over users in memory, a small catalogue, and short ways to write events and read outcomes. */
import { settingsSchema } from '#config';
import {
  decodeFeedbackBatch,
  encodeFeedbackBatch,
  type FeedbackRecord,
  type LogEvent,
  type Outcome,
} from '#events';
import { itemHashes, type ItemLookup, type ItemSignals } from '#features';
import { foldSettingsOf, type FoldSettings } from './fold-rules.js';
import { SettingsHistory } from './settings-history.js';
import { PartitionFold, type FoldEffect } from './partition-fold.js';
import { packUser, squeezeUser, unpackUser } from './packed-user.js';
import { decodeUser, encodeUser } from './user-codec.js';
import { createUser, type UserState } from './user-state.js';

/** Event time zero of the tests. */
export const T0 = 1_750_000_000_000;
export const MINUTE = 60_000;
export const DAY = 86_400_000;

export function testSettings(overrides: Partial<FoldSettings> = {}): FoldSettings {
  return { ...foldSettingsOf(settingsSchema.parse({})), tasteSketch: true, ...overrides };
}

/** Items a, b, c, ...: category by letter, two tags, a brand, a price band. Those starting with `#` have many of each, those with `!` an embedding of another length. */
export function testItem(id: string): ItemSignals {
  const n = id.charCodeAt(0);
  if (id.startsWith('#')) return richItem(id);
  const fields = {
    categories: [n % 2 === 0 ? 'even' : 'odd'],
    tags: [`t${n % 5}`, `t${n % 7}x`],
    brand: `b${n % 3}`,
    priceBand: 1 + (n % 4),
  };
  return {
    id,
    ...fields,
    createdAt: T0 - DAY,
    embedding: id.startsWith('!') ? Float32Array.of(1, 2, 3, 4) : Float32Array.of(n % 3, n % 5, 1),
    hashes: itemHashes({ id, ...fields, attributes: { f_votes: n } }),
  };
}

function richItem(id: string): ItemSignals {
  const numbered = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name}${i}`);
  const fields = { categories: numbered('category', 6), tags: numbered('tag', 12), brand: 'b', priceBand: 1 };
  const attributes = Object.fromEntries(numbered('f_', 12).map((name) => [name, 3.3]));
  return { id, ...fields, createdAt: T0, hashes: itemHashes({ id, ...fields, attributes }) };
}

const itemCache = new Map<string, ItemSignals>();
/** Every id but those starting with `?` is known. */
export const testCatalogue: ItemLookup = {
  at(itemId) {
    if (itemId.startsWith('?')) return undefined;
    let item = itemCache.get(itemId);
    if (!item) itemCache.set(itemId, (item = testItem(itemId)));
    return item;
  },
};

export class Folding {
  users = new Map<string, UserState>();
  records: FeedbackRecord[] = [];
  effects: FoldEffect[] = [];
  fold: PartitionFold;
  private sequence = 0;
  private eventIds = 0;

  readonly rules: SettingsHistory;

  constructor(settings: FoldSettings = testSettings()) {
    this.rules = new SettingsHistory(settings);
    this.fold = new PartitionFold(
      3,
      this.rules,
      testCatalogue,
      this.residents(),
      this.onRecord,
      this.onEffect,
    );
  }

  /** Folds one frame. */
  given(...events: LogEvent[]): this {
    const appendedAt = Math.max(...events.map(({ timestamp }) => timestamp));
    return this.append(appendedAt, events);
  }

  append(appendedAt: number, events: readonly LogEvent[]): this {
    this.fold.fold(
      ++this.sequence,
      appendedAt,
      events.map((event, index) => ({ index, event })),
    );
    return this;
  }

  /** What the last events caused, read back from the binary form. */
  taken(): FeedbackRecord[] {
    const records = this.records;
    this.records = [];
    const batch = { partition: 3, epoch: 1, through: { sequence: this.sequence, index: 0 }, records };
    return [...decodeFeedbackBatch(encodeFeedbackBatch(batch)).records];
  }

  outcomes(): Outcome[] {
    return this.taken().filter((record): record is Outcome => record.kind === 'outcome');
  }

  user(userId = 'u'): UserState {
    return this.users.get(userId)!;
  }

  /** Every user packed, squeezed, and back: as a host does with those not in use. */
  repack(): this {
    for (const [id, state] of this.users) this.users.set(id, unpackUser(squeezeUser(packUser(state))));
    return this;
  }

  /** Everything stored, and back: as a checkpoint and a recovery would. */
  reload(): this {
    const bytes = this.fold.encode();
    const stored = [...this.users].map(([id, state]) => [id, encodeUser(state)] as const);
    this.users = new Map(stored.map(([id, state]) => [id, decodeUser(state)]));
    this.fold = PartitionFold.decode(
      bytes,
      3,
      this.rules,
      testCatalogue,
      this.residents(),
      this.onRecord,
      this.onEffect,
    );
    return this;
  }

  /** Users and fold, as bytes. */
  bytes(): string {
    const users = [...this.users].sort(([a], [b]) => (a < b ? -1 : 1));
    return [...users.map(([, state]) => hex(encodeUser(state))), hex(this.fold.encode())].join('\n');
  }

  userBytes(userId = 'u'): string {
    return hex(encodeUser(this.user(userId)));
  }

  impression(at: number, items: string[], more: object = {}): LogEvent {
    const event = {
      kind: 'impression',
      ...this.base(at),
      items: items.map((itemId) => ({ itemId })),
      ...more,
    };
    return event as LogEvent;
  }

  interaction(at: number, type: string, itemId: string, more: object = {}): LogEvent {
    return { kind: 'interaction', ...this.base(at), type, itemId, ...more } as LogEvent;
  }

  click(at: number, itemId: string, more: object = {}): LogEvent {
    return this.interaction(at, 'click', itemId, more);
  }

  tick(at: number, epoch = 1): LogEvent {
    return { kind: 'tick', eventId: `tick ${++this.eventIds}`, timestamp: at, version: 1, epoch };
  }

  base(at: number) {
    return { eventId: `event ${++this.eventIds}`, userId: 'u', timestamp: at, version: 1 as const };
  }

  private residents() {
    return {
      get: (id: string) => {
        let user = this.users.get(id);
        if (!user) this.users.set(id, (user = createUser(id)));
        return user;
      },
      touched: () => undefined,
      erase: (id: string) => void this.users.delete(id),
    };
  }

  private readonly onRecord = (record: FeedbackRecord): void => void this.records.push(record);
  private readonly onEffect = (effect: FoldEffect): void => void this.effects.push(effect);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
