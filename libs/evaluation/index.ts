export * from './ranking-metrics.js';
export * from './probability-metrics.js';
export * from './bootstrap.js';
export * from './order.js';
export * from './baselines.js';
export * from './list-report.js';
export * from './log-fold.js';
export * from './live-rehearsal.js';
