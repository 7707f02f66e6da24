/** What must stand before Nest's routes: parsers, headers, the gates, the error shape, NATS ingest, the API's description and the dashboard. */
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { Settings } from '#config';
import { LOGGER, METRICS, ShutdownSequence, type Logger, type Metrics } from '#observability';
import { AccessGate } from './access/access-gate.js';
import { serveOpenApi } from './api/open-api.js';
import { serveDashboard } from './dashboard/serve-dashboard.js';
import { AppErrorFilter } from './http/app-error.filter.js';
import { IntakeGate } from './http/intake-gate.js';
import { NDJSON, parseNdjson } from './http/ndjson.js';
import { secureHeaders } from './http/security-headers.js';
import { IngestServer } from './ingest/ingest-server.js';
import { RecentLatencies } from './status/recent-latencies.js';

export async function configureGateway(app: NestFastifyApplication, settings: Settings): Promise<void> {
  app.useBodyParser(NDJSON, { bodyLimit: settings.http.bodyBytesMax }, parseNdjson);
  app.useGlobalFilters(new AppErrorFilter(app.get<Logger>(LOGGER)));
  const server = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  await secureHeaders(server, settings);
  app.get(IntakeGate).guard(server, app.get<Metrics>(METRICS));
  app.get(AccessGate).guard(server);
  app.get(RecentLatencies).watch(server);
  const ingest = new IngestServer(settings);
  app.connectMicroservice({ strategy: ingest });
  app.get(ShutdownSequence).step('intake', 'nats ingest', () => ingest.stopIntake());
  serveOpenApi(app, server);
  serveDashboard(server);
}
