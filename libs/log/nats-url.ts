/**
 * `tls://user:password@host:4222,tls://user:password@other:4222` as the client's options. The client itself reads neither the user nor
 * the scheme: left to it, such an address would connect as nobody, and in plain text where a server offers no TLS.
 */
import { AppError } from '#kernel';

export interface NatsAddress {
  readonly servers: string[];
  readonly user?: string;
  readonly pass?: string;
  /** A user without a password. */
  readonly token?: string;
  /** TLS or nothing. */
  readonly tls: boolean;
}

const SCHEMES: readonly string[] = ['nats:', 'tls:'];

/** @throws AppError REK_CONFIG_INVALID; never with the password in it */
export function parseNatsUrl(text: string): NatsAddress {
  const urls = text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
    .map((part) => urlOf(part.includes('://') ? part : `nats://${part}`));
  const secret = urls.find(({ username }) => username !== '');
  const user = secret && decodeURIComponent(secret.username);
  const pass = secret && decodeURIComponent(secret.password);
  return {
    servers: urls.map(({ host }) => host),
    tls: urls.some(({ protocol }) => protocol === 'tls:'),
    ...(user !== undefined && (pass === '' ? { token: user } : { user, pass })),
  };
}

function urlOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && SCHEMES.includes(url.protocol) && url.host !== '') return url;
  throw new AppError(
    'REK_CONFIG_INVALID',
    'NATS_URL: give nats://host:port or tls://host:port, several with commas between',
  );
}
