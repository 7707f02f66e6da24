/**
 * The master key of a deployment stands in its settings, never in a store. Two keys are derived from it (HKDF, RFC 5869): one wraps
 * the users' keys, so that a dump of Postgres alone opens nothing; the other makes of a user's id the reference under which the
 * key is found, so that the dump does not say whose keys they are.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { AppError } from '#kernel';
import { DataKey, KEY_BYTES } from './data-key.js';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export class MasterKey {
  private readonly wrapping: Buffer;
  private readonly naming: Buffer;

  /**
   * @param base64 32 random bytes
   * @throws AppError REK_CONFIG_INVALID when it is none
   */
  constructor(
    base64: string,
    private readonly namespace: string,
  ) {
    const secret = Buffer.from(base64, 'base64');
    if (secret.byteLength !== KEY_BYTES)
      throw new AppError(
        'REK_CONFIG_INVALID',
        `a master key has ${KEY_BYTES} bytes in base64: openssl rand -base64 32`,
      );
    const derived = (use: string): Buffer =>
      Buffer.from(hkdfSync('sha256', secret, '', `rekappa ${use}`, KEY_BYTES));
    this.wrapping = derived('wrap');
    this.naming = derived('name');
  }

  /** What stands for a user in the store: 43 characters; nobody without the master key can check a guess against it. */
  referenceOf(userId: string): string {
    return createHmac('sha256', this.naming)
      .update(`${this.namespace}\0${userId}`, 'utf8')
      .digest('base64url');
  }

  wrap(key: DataKey): string {
    return encrypt(this.wrapping, key.bytes, this.purpose(key.id));
  }

  /** Undefined where `unwrap` throws. */
  tryUnwrap(keyId: string, wrapped: string): DataKey | undefined {
    try {
      return this.unwrap(keyId, wrapped);
    } catch {
      return undefined;
    }
  }

  /** @throws AppError REK_KEY_LOST when it was wrapped under another master key, or damaged */
  unwrap(keyId: string, wrapped: string): DataKey {
    try {
      return new DataKey(keyId, decrypt(this.wrapping, wrapped, this.purpose(keyId)));
    } catch (error) {
      throw new AppError(
        'REK_KEY_LOST',
        `the key ${keyId} does not open: another master key, or a damaged row`,
        undefined,
        {
          cause: error,
        },
      );
    }
  }

  /** The user's id, readable as long as the key exists. */
  name(key: DataKey, userId: string): string {
    return encrypt(key.bytes, Buffer.from(userId, 'utf8'), this.purpose(key.id));
  }

  userOf(key: DataKey, name: string): string {
    return decrypt(key.bytes, name, this.purpose(key.id)).toString('utf8');
  }

  private purpose(keyId: string): Buffer {
    return Buffer.from(`${this.namespace}\0${keyId}`, 'utf8');
  }
}

/** nonce | ciphertext | tag, base64 */
function encrypt(key: Buffer, clear: Buffer, purpose: Buffer): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(purpose);
  return Buffer.concat([nonce, cipher.update(clear), cipher.final(), cipher.getAuthTag()]).toString('base64');
}

function decrypt(key: Buffer, base64: string, purpose: Buffer): Buffer {
  const bytes = Buffer.from(base64, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(purpose);
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
}
