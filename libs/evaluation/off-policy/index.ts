export type { OffPolicySample } from './off-policy-sample.js';
export { OffPolicySums } from './off-policy-sums.js';
export { ESTIMATORS, type EstimatorName } from './estimators.js';
export * from './support.js';
export * from './off-policy-report.js';
export * from './reward-model.js';
