export * from './ids.js';
export * from './hash.js';
export * from './clock.js';
export * from './random.js';
export * from './errors.js';
export * from './backoff.js';
export * from './sorted-by-score.js';
export * from './leaders.js';
