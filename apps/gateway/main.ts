/** The gateway's process: HTTP and NATS in, HTTP out. Configured by the environment (docs/configuration.md). */
import { loadSettings } from '#config';
import { runApp } from '#observability';
import { configureGateway } from './configure-gateway.js';
import { GatewayModule } from './gateway.module.js';

const settings = loadSettings(process.env);

await runApp(GatewayModule.forRoot(settings), {
  app: 'gateway',
  host: settings.http.host,
  port: settings.http.port,
  level: settings.logLevel,
  bodyBytesMax: settings.http.bodyBytesMax,
  ...(settings.http.tlsCertFile !== '' && {
    tls: { certFile: settings.http.tlsCertFile, keyFile: settings.http.tlsKeyFile },
  }),
  configure: (app) => configureGateway(app, settings),
  beforeListen: async (app) => void (await app.startAllMicroservices()),
});
