/** For tests: a whole gateway inside the test process, on a free port. */
import { loadSettings, type SettingsOverrides } from '#config';
import { createApp, createLogger, createMetrics, HealthState, urlOf, type Metrics } from '#observability';
import type { FastifyInstance } from 'fastify';
import type { Counter } from 'prom-client';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { configureGateway } from '../configure-gateway.js';
import { GatewayModule } from '../gateway.module.js';

export interface RunningGateway {
  readonly app: NestFastifyApplication;
  readonly url: string;
  readonly metrics: Metrics;
  readonly health: HealthState;
  /** Every route that the server has, HEAD aside, whoever made it. */
  readonly routes: readonly ServedRoute[];
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answered>;
  stop(): Promise<void>;
}

export interface ServedRoute {
  readonly method: string;
  /** As the router knows it: `/v1/items/:id`. */
  readonly url: string;
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: ReturnType<typeof JSON.parse>;
}

export async function startGateway(overrides: SettingsOverrides): Promise<RunningGateway> {
  const settings = loadSettings({}, { ...overrides, http: { port: 0, ...overrides.http } });
  const [metrics, health] = [createMetrics('gateway'), new HealthState()];
  const module = GatewayModule.forRoot(settings, {
    logger: createLogger('gateway', 'silent'),
    metrics,
    health,
  });
  const routes: ServedRoute[] = [];
  const app = await createApp(module, {
    bodyBytesMax: settings.http.bodyBytesMax,
    configure: (made) => {
      const server = made.getHttpAdapter().getInstance() as unknown as FastifyInstance;
      server.addHook('onRoute', ({ method, url }) => {
        for (const one of [method].flat()) if (one !== 'HEAD') routes.push({ method: one, url });
      });
      return configureGateway(made, settings);
    },
  });
  await app.startAllMicroservices();
  await app.listen(0, '127.0.0.1');
  health.ready();
  const url = urlOf(app);
  const call = async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answered> => {
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(url + path, {
      method,
      headers: { ...(text !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(text !== undefined && { body: text }),
    });
    const answer = await response.text();
    const json = response.headers.get('content-type')?.includes('json');
    return { status: response.status, headers: response.headers, body: json ? JSON.parse(answer) : answer };
  };
  return { app, url, metrics, health, routes, call, stop: () => app.close() };
}

/** The value of a counter under these labels; 0 when it was never counted. */
export async function valueOf(metric: Counter, labels: Record<string, string>): Promise<number> {
  const { values } = await metric.get();
  return (
    values.find((one) => Object.entries(labels).every(([name, value]) => one.labels[name] === value))
      ?.value ?? 0
  );
}
