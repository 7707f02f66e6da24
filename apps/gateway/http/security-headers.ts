/** Headers that tell a browser what it may not do with an answer, and which pages may call at all. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import cors from '@fastify/cors';
import helmet from 'helmet';
import type { FastifyInstance } from 'fastify';
import type { Settings } from '#config';

const PREFLIGHT_SECONDS = 600;

export async function secureHeaders(server: FastifyInstance, { http }: Settings): Promise<void> {
  const headers = helmetHeaders(http.tlsCertFile !== '');
  server.addHook('onRequest', (_request, reply, done) => {
    void reply.headers(headers);
    done();
  });
  if (http.corsOrigins.length === 0) return;
  await server.register(cors, {
    origin: http.corsOrigins.includes('*') ? '*' : [...http.corsOrigins],
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    // What a page of another origin may read besides the body: the client waits as long as it is told.
    exposedHeaders: ['retry-after', 'x-request-id', 'rekappa-degraded'],
    maxAge: PREFLIGHT_SECONDS,
  });
}

/** They are the same for every answer, and Helmet would make them anew for each: so it is asked once. */
function helmetHeaders(overTls: boolean): Record<string, string> {
  const headers: Record<string, string> = {};
  const ask = helmet({
    contentSecurityPolicy: {
      directives: {
        defaultSrc: ["'self'"],
        // The page of the API's description starts itself.
        scriptSrc: ["'self'", "'unsafe-inline'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        frameAncestors: ["'none'"],
        // Over plain HTTP there is nothing to upgrade to.
        upgradeInsecureRequests: null,
      },
    },
    strictTransportSecurity: overTls,
  });
  const answer = {
    setHeader: (name: string, value: string) => (headers[name.toLowerCase()] = value),
    removeHeader: () => undefined,
  };
  // Of an answer Helmet uses these two methods only, and of a request nothing.
  ask({} as IncomingMessage, answer as unknown as ServerResponse, (error?: unknown) => {
    if (error !== undefined) throw error as Error;
  });
  return headers;
}
