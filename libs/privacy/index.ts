export { DataKey } from './data-key.js';
export { MasterKey } from './master-key.js';
export { MasterKeys } from './master-keys.js';
export type { KeyStatus, KeyStore, RewrappedKey, StoredKey } from './key-store.js';
export { rewrapKeys, type Rewrapping } from './rewrap-keys.js';
export { UserKeys, type KeySource, type Keyring, type UserKeysOptions } from './user-keys.js';
export { SealedReader, type DecodedFrame } from './sealed-reader.js';
export { openUserKeys, openUserKeysToRead } from './open-user-keys.js';
export { sealEvents, type SealedEvents } from './seal-events.js';
