/** `rekappa-actors`: leases partitions, runs their users' actors, ranks. Configured by environment alone. */
import { loadSettings } from '#config';
import { runApp } from '#observability';
import { ActorsModule } from './actors.module.js';
import { ActorsService } from './actors.service.js';

const settings = loadSettings();

await runApp(ActorsModule.forRoot(settings), {
  app: 'actors',
  host: settings.http.host,
  port: settings.http.metricsPort,
  level: settings.logLevel,
  start: (app) => app.get(ActorsService).start(),
});
