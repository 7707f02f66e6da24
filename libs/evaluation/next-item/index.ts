export * from './next-item-model.js';
export * from './recent-popularity.js';
export * from './isgd.js';
