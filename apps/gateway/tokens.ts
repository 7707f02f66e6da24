/** Injection tokens of the gateway's connections. */
export const NATS = Symbol('NatsConnection');
export const TOPOLOGY = Symbol('LogTopology');
export const PUBLISHER = Symbol('FramePublisher');
export const KEYS = Symbol('UserKeys');
export const CACHE = Symbol('Cache');
