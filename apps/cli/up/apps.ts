/** What `up` supervises: gateway, actor hosts, learner and demo, each with its environment and files. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePortPreferring } from '#embedded';
import type { UpConsole } from './console.js';
import type { DataFolder } from './data-folder.js';
import type { ServerUrls } from './servers.js';
import { SupervisedProcess } from './supervised-process.js';

/** dist/apps: this file is dist/apps/cli/up/apps.js. */
const APPS = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export interface AppsContext {
  data: DataFolder;
  console: UpConsole;
  urls: ServerUrls;
  /** Settings for every app. */
  settings: Readonly<Record<string, string>>;
  onGiveUp: (message: string) => void;
}

export function gatewayProcess(context: AppsContext, port: number): SupervisedProcess {
  return appProcess(context, 'gateway', 'gateway', () => ({ PORT: String(port) }));
}

export function actorProcesses(context: AppsContext, hosts: number): SupervisedProcess[] {
  return Array.from({ length: hosts }, (_, host) =>
    appProcess(context, 'actors', hosts === 1 ? 'actors' : `actors-${host + 1}`, metricsPort()),
  );
}

export function learnerProcess(context: AppsContext): SupervisedProcess {
  return appProcess(context, 'learner', 'learner', metricsPort());
}

export function demoProcess(context: AppsContext, gatewayUrl: string): SupervisedProcess {
  const args = [join(APPS, 'cli', 'main.js'), 'simulate', '--url', gatewayUrl, '--data', context.data.path];
  return supervise(context, 'demo', args, () => ({}), {
    mayFinish: true,
    onLine: (line) => context.console.note('demo', line),
  });
}

function appProcess(
  context: AppsContext,
  app: string,
  name: string,
  own: () => NodeJS.ProcessEnv | Promise<NodeJS.ProcessEnv>,
): SupervisedProcess {
  const { natsUrl, databaseUrl, redisUrl } = context.urls;
  const environment = async (): Promise<NodeJS.ProcessEnv> => ({
    ...context.settings,
    NATS_URL: natsUrl,
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    ...(await own()),
  });
  // The apps take no arguments: --data is there for people who look at a process list, and for the pid file.
  return supervise(context, name, [join(APPS, app, 'main.js'), '--data', context.data.path], environment, {
    onLine: (line) => context.console.processLine(name, line),
  });
}

function supervise(
  { data, console, onGiveUp }: AppsContext,
  name: string,
  args: string[],
  environment: () => NodeJS.ProcessEnv | Promise<NodeJS.ProcessEnv>,
  rest: { mayFinish?: boolean; onLine: (line: string) => void },
): SupervisedProcess {
  const plan = {
    name,
    args,
    environment,
    marker: `--data ${data.path}`,
    logFile: data.logFile(name),
    pidFile: data.pidFile(name),
    ...rest,
  };
  return new SupervisedProcess(plan, console, onGiveUp);
}

/** A free port, kept over restarts as long as nobody else takes it. */
function metricsPort(): () => Promise<NodeJS.ProcessEnv> {
  let port: number | undefined;
  return async () => {
    port = await freePortPreferring(port);
    return { REKAPPA_HTTP_METRICS_PORT: String(port) };
  };
}
