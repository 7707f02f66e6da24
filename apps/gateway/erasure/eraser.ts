/**
 * Erases a user, in an order in which nothing comes back:
 *
 *   1. the user's keys seal nothing more (what comes from now on gets a new one);
 *   2. LOG says that the user is erased: sealed, the event that drops the state; behind it, in the clear, which key is forgotten;
 *   3. the owner of the partition folds it and saves a checkpoint, whose transaction destroys the key;
 *   4. lists in caches and dead letters go.
 *
 * From 2 on it happens even if this gateway dies: 3 is the hosts' work, from the log. Visitors that were merged into the user go
 * first, each to the end, so that none hands its state over to a user who is erased already.
 */
import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { AppError, errorMessage, partitionOf } from '#kernel';
import { SETTINGS, type Settings } from '#config';
import { EVENT_VERSION, type Erase, type Forget, type LogEvent } from '#events';
import { DeadLetters, type FramePublisher, type LogTopology } from '#log';
import { LOGGER, type Logger } from '#observability';
import type { DataKey, UserKeys } from '#privacy';
import type { ErasedAnswer } from '../api/answers.js';
import { ActorRpc } from '../reads/actor-rpc.js';
import { LastLists } from '../reads/last-lists.js';
import { KEYS, PUBLISHER, TOPOLOGY } from '../tokens.js';
import { dropDeadLettersOf } from './dead-letters-of.js';
import { ErasureBroadcast } from './erasure-broadcast.js';

/** A checkpoint of a partition under load, ms. */
const CHECKPOINT_WAIT_MS = 5_000;

@Injectable()
export class Eraser {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(TOPOLOGY) private readonly topology: LogTopology,
    @Inject(PUBLISHER) private readonly publisher: FramePublisher,
    @Inject(KEYS) private readonly keys: UserKeys | undefined,
    @Inject(ActorRpc) private readonly rpc: ActorRpc,
    @Inject(LastLists) private readonly lists: LastLists,
    @Inject(ErasureBroadcast) private readonly broadcast: ErasureBroadcast,
  ) {}

  /**
   * @throws AppError REK_STORE_UNAVAILABLE, REK_LOG_UNAVAILABLE: ask again; REK_HOST_UNAVAILABLE when a merged visitor is not
   *   erased yet: then the user is not either
   */
  async erase(userId: string): Promise<ErasedAnswer> {
    const sealed = (await this.keys?.allSealed()) ?? false;
    const persons = new Map<string, DataKey[]>();
    for (const { key, userId: person } of (await this.keys?.beginErasure(userId)) ?? [])
      persons.set(person, [...(persons.get(person) ?? []), key]);
    // The user goes last, with or without a key: in the clear it may have been here before there were any.
    const own = persons.get(userId) ?? [];
    persons.delete(userId);
    for (const [visitor, keys] of persons) {
      if (!(await this.eraseOne(visitor, keys, sealed)).done)
        throw new AppError(
          'REK_HOST_UNAVAILABLE',
          'a visitor merged into this user is being erased: ask again',
        );
    }
    if (sealed && own.length === 0) return { users: 0, seq: 0, done: await this.tidy(userId), sealed };
    const { seq, done } = await this.eraseOne(userId, own, sealed);
    return { users: persons.size + 1, seq, done, sealed };
  }

  private async eraseOne(
    userId: string,
    keys: readonly DataKey[],
    sealed: boolean,
  ): Promise<{ seq: number; done: boolean }> {
    const seq = await this.append(userId, keys, sealed);
    const saved = await this.saved(userId, seq);
    const tidied = await this.tidy(userId);
    return { seq, done: saved && tidied };
  }

  /** @returns the LOG sequence. @throws AppError REK_LOG_UNAVAILABLE, REK_OVERLOADED */
  private async append(userId: string, keys: readonly DataKey[], sealed: boolean): Promise<number> {
    const base = () => ({ eventId: randomUUID(), timestamp: Date.now(), version: EVENT_VERSION }) as const;
    const erase = (): Erase => ({ kind: 'erase', userId, ...base() });
    const forget = (key: string): Forget => ({ kind: 'forget', key, ...base() });
    const events: LogEvent[] = keys.flatMap((key) => [key.seal(erase()), forget(key.id)]);
    // Whoever can no longer read the sealed one must still drop what stands in the clear.
    if (!sealed) events.unshift(erase());
    const partition = partitionOf(userId, this.topology.partitions);
    const results = await this.publisher.publishAll(
      events,
      events.map(() => partition),
    );
    const failure = results.find((result) => result instanceof AppError);
    if (failure) throw failure;
    return Math.max(...results.map((result) => (result instanceof AppError ? 0 : result.sequence)));
  }

  /** Whether the host says so in time. */
  private async saved(userId: string, seq: number): Promise<boolean> {
    const { serving, actors } = this.settings;
    const timeoutMs = serving.timeoutMs + actors.afterWaitMs + CHECKPOINT_WAIT_MS;
    try {
      const answer = await this.rpc.user(userId, { op: 'checkpoint', user: userId, after: seq }, timeoutMs);
      return (JSON.parse(answer.toString('utf8')) as { saved: boolean }).saved;
    } catch (error) {
      this.logger.warn(
        { why: errorMessage(error), seq },
        'an erasure is in the log; no host has confirmed it yet',
      );
      return false;
    }
  }

  /** Caches and dead letters. @returns whether all of it is gone */
  private async tidy(userId: string): Promise<boolean> {
    this.broadcast.tell(userId);
    const forgotten = await this.lists.forget(userId);
    await dropDeadLettersOf(userId, new DeadLetters(this.topology));
    return forgotten;
  }
}
