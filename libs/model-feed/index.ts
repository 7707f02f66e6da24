export * from './model-follower.js';
export * from './snapshot-source.js';
export * from './lazy-snapshots.js';
export * from './learner-client.js';
