/** The API keys of a deployment under attack: what callers hold, and what its configuration knows of it. */
import { createHash } from 'node:crypto';
import type { Scope } from '../../../apps/gateway/access/api-keys.js';

export interface KeyOptions {
  readonly scopes: readonly Scope[];
  readonly namespace?: string;
  readonly eventsPerSecond?: number;
  /** ISO 8601. */
  readonly expiresAt?: string;
}

export class Keys {
  private readonly entries = new Map<string, KeyOptions>();

  constructor(private readonly seed: number) {}

  /** Adds a key, or changes what is known of it. @returns the key itself */
  put(name: string, options: KeyOptions): string {
    this.entries.set(name, options);
    return this.of(name);
  }

  of(name: string): string {
    return `${name}-${this.seed}`;
  }

  remove(name: string): void {
    this.entries.delete(name);
  }

  /** For a gateway that starts now. */
  get environment(): Record<string, string> {
    const list = [...this.entries].map(([name, options]) => ({
      name,
      sha256: createHash('sha256').update(this.of(name)).digest('hex'),
      ...options,
    }));
    return { REKAPPA_HTTP_API_KEYS: JSON.stringify(list) };
  }
}

export const presenting = (key: string): Record<string, string> => ({ 'x-api-key': key });
