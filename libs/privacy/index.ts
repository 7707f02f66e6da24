export { DataKey } from './data-key.js';
export { MasterKey } from './master-key.js';
export type { KeyStatus, KeyStore, StoredKey } from './key-store.js';
export { UserKeys, type KeySource, type Keyring, type UserKeysOptions } from './user-keys.js';
export { SealedReader, type DecodedFrame } from './sealed-reader.js';
export { openUserKeys, openUserKeysToRead } from './open-user-keys.js';
export { sealEvents, type SealedEvents } from './seal-events.js';
