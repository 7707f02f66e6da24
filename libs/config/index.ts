export * from './settings.js';
export * from './variables.js';
export * from './load-settings.js';
export * from './settings.module.js';
export type { ArmSettings, ConfiguredExperiment } from './experiments-schema.js';
