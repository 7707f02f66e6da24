export * from './slot-weights.js';
export * from './what-if.js';
