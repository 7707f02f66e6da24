/** `rekappa-learner`: folds FEEDBACK into the live model. Configured by environment alone; see docs/learning.md. */
import { loadSettings } from '#config';
import { runApp } from '#observability';
import { LearnerModule } from './learner.module.js';
import { LearnerService } from './learner.service.js';

const settings = loadSettings();

await runApp(LearnerModule.forRoot(settings), {
  app: 'learner',
  host: settings.http.host,
  port: settings.http.metricsPort,
  level: settings.logLevel,
  start: (app) => app.get(LearnerService).start(),
});
