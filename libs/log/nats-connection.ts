/**
 * The connection to NATS with our defaults, not the client's: a dead server is noticed within 6 s (ping
 * every 2 s, two may be missing), and reconnecting never gives up.
 */
import { connect, createInbox, type NatsConnection } from '@nats-io/transport-node';
import { AppError, errorMessage, retry } from '#kernel';
import { parseNatsUrl } from './nats-url.js';

export type { NatsConnection } from '@nats-io/transport-node';

const INBOX = '_INBOX';
const PING_INTERVAL_MS = 2_000;
const PINGS_OUT_MAX = 2;
const RECONNECT_WAIT_MS = 200;
const RECONNECT_JITTER_MS = 300;
const CONNECT_TIMEOUT_MS = 2_000;
const FIRST_CONNECT_ATTEMPTS = 20;

export interface NatsSettings {
  /** Comma-separated servers, with a user and TLS where wanted: nats-url.ts. */
  readonly natsUrl: string;
  /** Shown by the server's monitoring. */
  readonly name?: string;
  /** To connect at first. */
  readonly attempts?: number;
}

const inboxPrefixes = new WeakMap<NatsConnection, string>();
const users = new WeakMap<NatsConnection, string>();

/** Who the connection is to the server; undefined where that knows no users. */
export function userOf(connection: NatsConnection): string | undefined {
  return users.get(connection);
}

/** For answers to this connection: below its user's own prefix, so that no other user need be able to listen there. */
export function inboxOf(connection: NatsConnection): string {
  return createInbox(inboxPrefixes.get(connection) ?? INBOX);
}

/** @throws AppError REK_LOG_UNAVAILABLE when no server answers within about 10 s. */
export async function connectNats(settings: NatsSettings): Promise<NatsConnection> {
  const address = parseNatsUrl(settings.natsUrl);
  const inboxPrefix = address.user === undefined ? INBOX : `${INBOX}.${address.user}`;
  const options = {
    ...address,
    tls: address.tls ? {} : undefined,
    inboxPrefix,
    name: settings.name ?? 'rekappa',
    noAsyncTraces: true,
    pingInterval: PING_INTERVAL_MS,
    maxPingOut: PINGS_OUT_MAX,
    maxReconnectAttempts: -1,
    ignoreAuthErrorAbort: true,
    reconnectTimeWait: RECONNECT_WAIT_MS,
    reconnectJitter: RECONNECT_JITTER_MS,
    reconnectJitterTLS: RECONNECT_JITTER_MS,
    timeout: CONNECT_TIMEOUT_MS,
  };
  try {
    const connection = await retry(() => connect(options), {
      attempts: settings.attempts ?? FIRST_CONNECT_ATTEMPTS,
      baseMs: 100,
      capMs: 1_000,
    });
    inboxPrefixes.set(connection, inboxPrefix);
    if (address.user !== undefined) users.set(connection, address.user);
    return connection;
  } catch (error) {
    throw new AppError(
      'REK_LOG_UNAVAILABLE',
      `no NATS server answers at ${redacted(settings.natsUrl)}: ${errorMessage(error)}`,
      undefined,
      { cause: error },
    );
  }
}

/** Whether a connection is up now, and a call on every change. One per connection; ends with it. */
export interface Link {
  readonly up: boolean;
  /** Returns how to stop listening. */
  subscribe(listener: (up: boolean) => void): () => void;
}

const links = new WeakMap<NatsConnection, Link>();

export function linkOf(connection: NatsConnection): Link {
  const known = links.get(connection);
  if (known) return known;
  const listeners = new Set<(up: boolean) => void>();
  const link = {
    up: !connection.isClosed(),
    subscribe(listener: (up: boolean) => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const change = (up: boolean) => {
    if (link.up === up) return;
    link.up = up;
    for (const listener of [...listeners]) listener(up);
  };
  void (async () => {
    for await (const status of connection.status()) {
      if (status.type === 'disconnect' || status.type === 'staleConnection') change(false);
      if (status.type === 'reconnect') change(true);
    }
    change(false);
  })();
  links.set(connection, link);
  return link;
}

/**
 * The answer to a request, or the failure as soon as the connection is lost: the client itself would wait for its timeout.
 * @throws AppError REK_LOG_UNAVAILABLE when the connection was lost before the answer; what the request throws
 */
export async function answerOf<T>(connection: NatsConnection, request: Promise<T>): Promise<T> {
  let unsubscribe = (): void => undefined;
  const lost = new Promise<never>((_, reject) => {
    unsubscribe = linkOf(connection).subscribe((up) => {
      if (!up)
        reject(new AppError('REK_LOG_UNAVAILABLE', 'the connection to NATS was lost before the answer'));
    });
  });
  try {
    return await Promise.race([request, lost]);
  } finally {
    unsubscribe();
  }
}

function redacted(url: string): string {
  return url.replace(/\/\/[^@/]*@/g, '//…@');
}
