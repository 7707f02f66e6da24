/** What tests with real servers share. Never imported by an app. */
export { sleep, until } from '#kernel';
export { startServers, type TestServers, type WantedServers } from './start-servers.js';
export { newerNats } from './newer-nats.js';
export { FaultProxy } from './fault-proxy.js';
export { flipBit, forgetIndexes, isLength, markDeleted, messageBlock } from './message-block.js';
export { testSeed } from './test-seed.js';
export {
  startSystem,
  type AppName,
  type AppProcess,
  type RunningSystem,
  type SystemOptions,
} from './start-system.js';
export { BAD_EVENTS, badEventText, ODD_EVENTS, type BadEvent } from './bad-events.js';
export { notFinite } from './not-finite.js';
