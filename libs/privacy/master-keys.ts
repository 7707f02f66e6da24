/**
 * The master keys in the settings of a deployment: the first wraps, all of them open. There is more than one only while they are rotated,
 * so that no process ever meets a key that it cannot open (docs/privacy.md says in which order).
 */
import { AppError } from '#kernel';
import type { DataKey } from './data-key.js';
import { MasterKey } from './master-key.js';

/** One to wrap, one on its way out, one on its way in. */
const KEYS_MAX = 3;

export class MasterKeys {
  readonly first: MasterKey;

  private constructor(private readonly all: readonly [MasterKey, ...MasterKey[]]) {
    this.first = all[0];
  }

  /** @param text the keys in base64, separated by commas. @throws AppError REK_CONFIG_INVALID */
  static parse(text: string, namespace: string): MasterKeys {
    const keys = text.split(',').map((key) => new MasterKey(key.trim(), namespace));
    if (keys.length > KEYS_MAX)
      throw new AppError(
        'REK_CONFIG_INVALID',
        `there are ${keys.length} master keys, at most ${KEYS_MAX} fit`,
      );
    return new MasterKeys(keys as [MasterKey, ...MasterKey[]]); // split gives one at least
  }

  /** Under each of them; the first one's first. */
  referencesOf(userId: string): string[] {
    return this.all.map((key) => key.referenceOf(userId));
  }

  /** @throws AppError REK_KEY_LOST when none of them opens it */
  unwrap(keyId: string, wrapped: string): DataKey {
    for (const key of this.all.slice(0, -1)) {
      const opened = key.tryUnwrap(keyId, wrapped);
      if (opened) return opened;
    }
    return this.all.at(-1)!.unwrap(keyId, wrapped);
  }
}
