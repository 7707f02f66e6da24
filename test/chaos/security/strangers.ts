/** Whoever has no right to a route calls it all the same: without a key, with one that nobody made, of another scope, of another namespace. */
import {
  apiRoutes,
  straysOf,
  type ApiRoute,
  type OpenApiDocument,
} from '../../../apps/gateway/testing/api-routes.js';
import { LEAKS } from '../../fuzz/verdict.js';
import type { Trial } from '../harness/scenario.js';
import { presenting, type Keys } from './keys.js';

const ROUTES_MIN = 12;
/** What a key of 256 bits looks like. */
const KEY_LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'];
const KEY_CHARS = 43;
/** Let through: the example need not exist, and a host may be behind. */
const THROUGH = [200, 202, 404, 503];

/** @param url of a gateway whose `keys` are named `read`, `write`, `admin` and, for another namespace, `elsewhere` */
export async function strangersCall(url: string, keys: Keys, { findings, random }: Trial): Promise<void> {
  const document = (await (await fetch(`${url}/docs/openapi.json`)).json()) as OpenApiDocument;
  const guarded = apiRoutes(document).filter(({ scope }) => scope !== '');
  findings.enough(guarded.length >= ROUTES_MIN, `${guarded.length} routes want a key`);
  const leaks: string[] = [];
  const call = async (method: string, path: string, body: unknown, headers: Record<string, string>) => {
    const answer = await fetch(url + path, {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (LEAKS.test(await answer.text())) leaks.push(`${method} ${path}`);
    return { status: answer.status };
  };
  const refused = async (
    who: string,
    key: string | undefined,
    status: number,
    routes: readonly ApiRoute[],
  ): Promise<void> => {
    const strays = await straysOf(call, routes, key === undefined ? {} : presenting(key), [status]);
    findings.fault(`calls ${who}`, routes.length);
    findings.must(
      strays.length === 0,
      `${who}, and not refused with ${status}: ${strays.slice(0, 3).join('; ')}`,
    );
  };

  const unknown = Array.from({ length: KEY_CHARS }, () => random.pick(KEY_LETTERS)).join('');
  await refused('without a key', undefined, 401, guarded);
  await refused('with an unknown key', unknown, 401, guarded);
  await refused('with the key of another namespace', keys.of('elsewhere'), 403, guarded);
  for (const scope of ['read', 'write'] as const) {
    const own = guarded.filter((route) => route.scope === scope);
    const others = guarded.filter((route) => route.scope !== scope);
    await refused('with a wrong scope', keys.of(scope), 403, others);
    const strays = await straysOf(call, own, presenting(keys.of(scope)), THROUGH);
    findings.must(strays.length === 0, `with the right scope, and refused: ${strays.slice(0, 3).join('; ')}`);
    findings.did('calls with the right scope', own.length);
  }
  findings.must(leaks.length === 0, `answers that leak their inside: ${leaks.slice(0, 3).join('; ')}`);
}
