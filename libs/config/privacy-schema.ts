/** Settings of sealing: what users do stored encrypted, each with a key of their own (docs/privacy.md). */
import { z } from 'zod';
import { count, positive } from './settings-fields.js';

export const privacySchema = z
  .strictObject({
    sealUsers: z
      .enum(['off', 'on'])
      .default('off')
      .describe(
        'Whether what users do is stored encrypted, with a key for each user: then DELETE /v1/users/:id destroys it (docs/privacy.md). Needs the master key.',
      ),
    masterKey: z
      .string()
      .default('')
      .describe(
        'Wraps the users’ keys: 32 random bytes in base64 (openssl rand -base64 32). The same in every app: without it the log cannot be read. While it is rotated, several separated by commas: the first wraps, all open (docs/privacy.md).',
      ),
    keysCachedMax: count
      .default(100_000)
      .describe('Most users’ keys that a process keeps in memory, each way, about 300 bytes each.'),
    keyCacheSeconds: positive
      .max(3_600)
      .default(60)
      .describe(
        'How long a process keeps a user’s key in memory, s. What comes this soon after an erasure, at another gateway, can be erased with it.',
      ),
  })
  .refine(({ sealUsers, masterKey }) => sealUsers === 'off' || masterKey !== '', {
    path: ['masterKey'],
    message: 'sealing needs a master key: openssl rand -base64 32',
  })
  .prefault({});
