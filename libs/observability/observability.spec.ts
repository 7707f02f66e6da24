import { Module, type Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  METRIC_CATALOGUE,
  ObservabilityModule,
  createApp,
  createLogger,
  createMetrics,
  HealthState,
  ShutdownSequence,
  urlOf,
} from './index.js';

const quiet = createLogger('test', 'silent');

function observed() {
  const health = new HealthState();
  const metrics = createMetrics('gateway');
  @Module({ imports: [ObservabilityModule.forRoot({ app: 'gateway', logger: quiet, metrics, health })] })
  class ProbeModule {}
  return { health, metrics, module: ProbeModule };
}

const open: NestFastifyApplication[] = [];
afterEach(() => Promise.all(open.splice(0).map((app) => app.close())));

async function listening(module: Type): Promise<NestFastifyApplication> {
  const app = await createApp(module);
  open.push(app);
  await app.listen(0, '127.0.0.1');
  return app;
}

describe('metrics', () => {
  it('have unique prefixed names and units that Prometheus understands', async () => {
    const names = Object.values(METRIC_CATALOGUE).map((metric) => metric.name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, kind, help } of Object.values(METRIC_CATALOGUE)) {
      expect(name).toMatch(/^rekappa_[a-z_]+$/);
      expect(help).toMatch(/\.$/);
      if (kind === 'histogram') expect(name).toMatch(/_(seconds|bytes|events|candidates|ratio)$/);
    }
  });

  it('expose an app’s own from the start, and those of others when used', async () => {
    const metrics = createMetrics('learner');
    expect(await metrics.registry.metrics()).toContain('rekappa_deltas_total{app="learner"} 0');
    expect(await metrics.registry.metrics()).not.toContain('rekappa_resident_actors');
    metrics.residentActors.set(3);
    expect(await metrics.registry.metrics()).toContain('rekappa_resident_actors{app="learner"} 3');
  });
});

describe('health', () => {
  it('answers the probes of a process as it starts, serves and drains', async () => {
    const { health, module } = observed();
    const app = await listening(module);
    const probe = async (path: string) => {
      const answer = await fetch(`${urlOf(app)}${path}`);
      return { status: answer.status, body: await answer.json() };
    };
    health.starting({ what: 'replaying the log', done: 25, total: 100 });
    expect(await probe('/health/live')).toMatchObject({ status: 200 });
    expect(await probe('/health/startup')).toMatchObject({
      status: 503,
      body: { progress: { fraction: 0.25, what: 'replaying the log' } },
    });
    expect(await probe('/health/ready')).toMatchObject({ status: 503, body: { phase: 'starting' } });

    health.ready();
    let connected = false;
    health.require('nats', () => connected);
    expect(await probe('/health/startup')).toMatchObject({ status: 200 });
    expect(await probe('/health/ready')).toMatchObject({ status: 503, body: { missing: ['nats'] } });
    connected = true;
    expect(await probe('/health/ready')).toMatchObject({ status: 200 });

    await app.close();
    expect(health.phase).toBe('draining');
    health.ready();
    expect(health.isReady()).toBe(false);
  });

  it('serves metrics over HTTP, with requests by route and their ids', async () => {
    const { module } = observed();
    const app = await listening(module);
    const given = await fetch(`${urlOf(app)}/health/live`, { headers: { 'x-request-id': 'abc-1' } });
    expect(given.headers.get('x-request-id')).toBe('abc-1');
    const replaced = await fetch(`${urlOf(app)}/health/live`, {
      headers: { 'x-request-id': 'not fit for a log' },
    });
    expect(replaced.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    const text = await (await fetch(`${urlOf(app)}/metrics`)).text();
    expect(text).toContain(
      'rekappa_http_request_seconds_count{app="gateway",method="GET",route="/health/live",status="200"} 2',
    );
    await app.close();
  });
});

describe('shutdown', () => {
  it('runs the phases in their order, whatever the order of registration, and survives a failing step', async () => {
    const { module, health } = observed();
    const app = await createApp(module);
    await app.init();
    health.ready();
    const shutdown = app.get(ShutdownSequence);
    const ran: string[] = [];
    shutdown.step('release', 'leases', () => void ran.push('release'));
    shutdown.step('checkpoint', 'broken', () => {
      ran.push('checkpoint');
      throw new Error('disk full');
    });
    shutdown.step('intake', 'http', async () => {
      await new Promise((resolve) => setImmediate(resolve));
      ran.push(`intake while ${health.phase}`);
    });
    shutdown.step('drain', 'publisher', () => void ran.push('drain'));
    await app.close();
    await shutdown.run();
    expect(ran).toEqual(['intake while draining', 'drain', 'checkpoint', 'release']);
  });
});
