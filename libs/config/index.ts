export * from './settings.js';
export * from './variables.js';
export * from './load-settings.js';
export * from './settings.module.js';
export type { ConfiguredExperiment } from './experiments-schema.js';
export type { ListSettings } from './list-settings.js';
