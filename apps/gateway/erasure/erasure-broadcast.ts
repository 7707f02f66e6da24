/**
 * Tells the other gateways that a user was erased, without saying who: they drop the lists and the key that they have in memory.
 * Best effort, over core NATS: whoever misses it drops them when they expire.
 */
import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS, type Settings } from '#config';
import { subjectPrefix, type NatsConnection } from '#log';
import type { UserKeys } from '#privacy';
import { LastLists } from '../reads/last-lists.js';
import { KEYS, NATS } from '../tokens.js';

interface Notice {
  /** LastLists.nameForOthers */
  readonly lists: string;
  /** UserKeys.referenceOf; '' without keys. */
  readonly reference: string;
}

@Injectable()
export class ErasureBroadcast {
  private readonly subject: string;

  constructor(
    @Inject(SETTINGS) settings: Settings,
    @Inject(NATS) private readonly connection: NatsConnection,
    @Inject(LastLists) private readonly lists: LastLists,
    @Inject(KEYS) private readonly keys: UserKeys | undefined,
  ) {
    this.subject = `${subjectPrefix(settings.namespace)}users.erased`;
    connection.subscribe(this.subject, {
      callback: (error, message) => {
        if (!error) this.heard(message.string());
      },
    });
  }

  tell(userId: string): void {
    const notice: Notice = {
      lists: this.lists.nameForOthers(userId),
      reference: this.keys?.referenceOf(userId) ?? '',
    };
    this.connection.publish(this.subject, JSON.stringify(notice));
  }

  private heard(text: string): void {
    let notice: Partial<Notice> | null;
    try {
      notice = JSON.parse(text) as Partial<Notice> | null;
    } catch {
      return; // not ours
    }
    if (typeof notice?.lists === 'string' && /^last:[\w-]{43}:$/.test(notice.lists))
      void this.lists.forgetOwn(notice.lists);
    if (typeof notice?.reference === 'string') this.keys?.drop(notice.reference);
  }
}
