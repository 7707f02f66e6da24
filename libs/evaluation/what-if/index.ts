export * from './reward.js';
export * from './slot-weights.js';
export type { OtherPolicy } from './other-policy.js';
export * from './what-if.js';
export * from './what-if-report.js';
export * from './ranking-moments.js';
export * from './simulated-world.js';
export * from './coverage.js';
