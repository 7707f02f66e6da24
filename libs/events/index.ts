export * from './user-events.js';
export * from './item-events.js';
export * from './parse.js';
export * from './frame.js';
export * from './stored-frame.js';
export * from './feedback.js';
export * from './feedback-codec.js';
export * from './feedback-decoder.js';
