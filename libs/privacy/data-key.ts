/**
 * The key of one user, and what it seals: one event at a time, AES-256-GCM (NIST SP 800-38D) under a random 96-bit nonce, which
 * is safe for 2^32 events of a user. What stands beside the box in the clear (key, time, epoch) is authenticated with it.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { EVENT_VERSION, type Sealed, type UserEvent } from '#events';

export const KEY_BYTES = 32;
const KEY_ID_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const NONCES_AT_ONCE = 512;

export class DataKey {
  constructor(
    /** 22 characters, random: it says nothing about the user. */
    readonly id: string,
    /** KEY_BYTES. */
    readonly bytes: Buffer,
  ) {}

  static random(): DataKey {
    return new DataKey(randomBytes(KEY_ID_BYTES).toString('base64url'), randomBytes(KEY_BYTES));
  }

  seal(event: UserEvent): Sealed {
    const nonce = nextNonce();
    const clear = {
      kind: 'sealed',
      eventId: nonce.toString('base64url'),
      timestamp: event.timestamp,
      version: EVENT_VERSION,
      key: this.id,
      ...(event.kind === 'served' && { epoch: event.epoch }),
    } as const;
    const cipher = createCipheriv('aes-256-gcm', this.bytes, nonce);
    cipher.setAAD(besides(clear));
    const box = Buffer.concat([
      cipher.update(JSON.stringify(event), 'utf8'),
      cipher.final(),
      cipher.getAuthTag(),
    ]);
    return { ...clear, box: box.toString('base64') };
  }

  /** The JSON of the event. @throws when it was not sealed with this key, or was altered since */
  open(sealed: Sealed): string {
    const box = Buffer.from(sealed.box, 'base64');
    if (box.byteLength < TAG_BYTES) throw new Error('the box is too short');
    const decipher = createDecipheriv('aes-256-gcm', this.bytes, Buffer.from(sealed.eventId, 'base64url'), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(besides(sealed));
    decipher.setAuthTag(box.subarray(-TAG_BYTES));
    return decipher.update(box.subarray(0, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  }
}

let pool = Buffer.alloc(0);

/** Random bytes are asked for in advance: the call costs a third of sealing an event. */
function nextNonce(): Buffer {
  if (pool.byteLength === 0) pool = randomBytes(NONCE_BYTES * NONCES_AT_ONCE);
  const nonce = pool.subarray(0, NONCE_BYTES);
  pool = pool.subarray(NONCE_BYTES);
  return nonce;
}

function besides({
  version,
  key,
  timestamp,
  epoch,
}: Pick<Sealed, 'version' | 'key' | 'timestamp' | 'epoch'>): Buffer {
  return Buffer.from(`${version} ${key} ${timestamp} ${epoch ?? ''}`, 'utf8');
}
