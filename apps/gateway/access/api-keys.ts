/**
 * Who may call: keys are long random texts of which the configuration holds only the SHA-256. (A slow hash is for
 * passwords that people choose; 256 random bits need none.) Two keys of one caller may overlap: that is how one is
 * exchanged without a gap. With no key configured everybody may do everything: for loopback and closed networks.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Settings } from '#config';

export type ApiKeySettings = Settings['http']['apiKeys'][number];
export type Scope = ApiKeySettings['scopes'][number];

/** What a caller presents is not hashed beyond this, characters. */
const PRESENTED_CHARS_MAX = 256;

export class ApiKeys {
  private readonly hashes: readonly Buffer[];

  constructor(private readonly keys: readonly ApiKeySettings[]) {
    this.hashes = keys.map(({ sha256 }) => Buffer.from(sha256, 'hex'));
  }

  get required(): boolean {
    return this.keys.length > 0;
  }

  /** Compares with every key, whichever it is, in the same time. @param now ms since the Unix epoch */
  find(presented: string, now: number): ApiKeySettings | undefined {
    if (presented.length > PRESENTED_CHARS_MAX) return undefined;
    const hash = createHash('sha256').update(presented).digest();
    let found: ApiKeySettings | undefined;
    this.hashes.forEach((one, i) => {
      if (timingSafeEqual(one, hash)) found = this.keys[i];
    });
    return found?.expiresAt && Date.parse(found.expiresAt) <= now ? undefined : found;
  }
}

/** `Authorization: Bearer <key>` or `X-Api-Key: <key>`. */
export function presentedKey(headers: {
  readonly authorization?: string;
  readonly 'x-api-key'?: string | string[];
}): string | undefined {
  const bearer = /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1];
  if (bearer) return bearer;
  const own = headers['x-api-key'];
  return typeof own === 'string' && own !== '' ? own : undefined;
}

/** `admin` may everything. */
export function allows(key: ApiKeySettings, scope: Scope): boolean {
  return key.scopes.includes(scope) || key.scopes.includes('admin');
}
