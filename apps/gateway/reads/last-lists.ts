/**
 * The last good list of each user, kept for answers when their host is away (invariant I6). A list is only
 * reused for the scenario, the filter and the rules it was made for, the deployment's among them, and for the context where a rule
 * asks for it: a substitute may be old, but never breaks a rule.
 */
import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { key53 } from '#kernel';
import type { Cache } from '#cache';
import { SETTINGS, type Settings } from '#config';
import { filtersDependOn, type Rule } from '#rules';
import type { RecommendationAnswer } from '../api/answers.js';
import { CACHE } from '../tokens.js';

export interface ListKey {
  readonly user: string;
  readonly scenario?: string;
  readonly filter?: object;
  readonly rules?: readonly Rule[];
  readonly context?: object;
}

@Injectable()
export class LastLists {
  constructor(
    @Inject(CACHE) private readonly cache: Cache,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Does not wait: serving is done by then. Lists shortened by the caller's `exclude` are worth keeping too. */
  remember(key: ListKey, answer: Uint8Array): void {
    void this.cache.set(this.nameOf(key), answer, this.settings.serving.cacheSeconds);
  }

  async recall(key: ListKey): Promise<RecommendationAnswer | undefined> {
    const bytes = await this.cache.get(this.nameOf(key));
    return bytes ? (JSON.parse(Buffer.from(bytes).toString('utf8')) as RecommendationAnswer) : undefined;
  }

  /** @returns false when the cache is away: the lists then live on until they expire */
  forget(user: string): Promise<boolean> {
    return this.forgetOwn(ownOf(user));
  }

  /** Where another process asks, it does not say whose. @param own what `nameForOthers` gave */
  forgetOwn(own: string): Promise<boolean> {
    return this.cache.deletePrefix(own);
  }

  nameForOthers(user: string): string {
    return ownOf(user);
  }

  private nameOf({ user, scenario, filter = {}, rules: own = [], context = {} }: ListKey): string {
    const rules = [...this.settings.serving.rules, ...own];
    const judged = filtersDependOn(rules, ['context']) ? sorted(context) : [];
    const asked = [...sorted(filter), ...rules, ...judged];
    const rule = asked.length > 0 ? key53(JSON.stringify(asked)).toString(36) : '';
    return `${ownOf(user)}${rule}:${scenario ?? 'default'}`;
  }
}

/** Users' ids stand in no key of the cache: it may be shared, and be looked into. */
const ownOf = (user: string): string => `last:${createHash('sha256').update(user).digest('base64url')}:`;

function sorted(filter: object): [string, unknown][] {
  return Object.entries(filter).sort(([a], [b]) => (a < b ? -1 : 1));
}
