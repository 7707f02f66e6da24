/** Injection tokens of what every app has one of: `@Inject(LOGGER) logger: Logger`, `@Inject(METRICS) metrics: Metrics`. */
export const LOGGER = Symbol('Logger');
export const METRICS = Symbol('Metrics');
