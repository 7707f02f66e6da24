/** The browser-safe entry: HTTP only. The Node publisher over NATS stands in `publisher.ts`. */
export * from './client.js';
export * from './client-error.js';
export * from './client-events.js';
export * from './client-answers.js';
