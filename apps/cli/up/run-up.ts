/**
 * `rekappa up`: everything on one machine.
 *
 * 1. take the data folder, ending what a killed run left there;
 * 2. start the servers that the environment does not name;
 * 3. bring the schema up to date;
 * 4. start learner, actor hosts and gateway, and wait until they are ready;
 * 5. say where everything is, and let the demo loose;
 * 6. on Ctrl-C, SIGTERM or a crash loop: stop it all, what produces first, what stores last.
 */
import { Patience } from '#kernel';
import { loadSettings } from '#config';
import { CliError } from '../terminal/exit.js';
import { actorProcesses, demoProcess, gatewayProcess, learnerProcess } from './apps.js';
import { banner } from './banner.js';
import { UpConsole } from './console.js';
import { DataFolder, type Connection } from './data-folder.js';
import { gatewayPort } from './gateway-port.js';
import { Servers, type ServerUrls } from './servers.js';
import { stopInOrder, type Stage } from './stop-in-order.js';
import { listenForStop } from './stop-requests.js';
import type { SupervisedProcess } from './supervised-process.js';

export interface UpOptions {
  data: string;
  /** undefined: 8080 or the next free one. */
  port?: number;
  demo: boolean;
  /** Actor hosts. */
  hosts: number;
}

/** A long log takes long to replay; as long as that goes on there is no hurry, ms. */
const PATIENCE_MS = 15 * 60_000;
const FORCED_EXIT_CODE = 130;

/** Returns when all is stopped. @throws AppError or CliError with a message for a person. */
export async function runUp(options: UpOptions): Promise<void> {
  const settings = loadSettings({
    ...process.env,
    ...(options.port === undefined ? {} : { PORT: String(options.port) }),
  });
  const console = new UpConsole();
  const data = await DataFolder.open(options.data);
  const running = new Running(console);
  const stop = listenForStop(() => running.force());
  const gaveUp = new Promise<never>(
    (_, reject) => (running.onGiveUp = (message) => reject(new CliError(message))),
  );
  gaveUp.catch(() => undefined); // it may come while we stop, when nobody waits for it any more
  try {
    await Promise.race([start(), stop.requested, gaveUp]);
    await Promise.race([stop.requested, gaveUp]);
  } finally {
    await running.stop();
    data.close();
    stop.dispose();
  }

  async function start(): Promise<void> {
    const port = await gatewayPort(options.port, settings.http.host);
    const environment = { ...data.settings(options.demo), ...ownSettings(process.env) };
    const urls = await running.startServers(data);
    if (stop.signal.aborted) return;
    const migrating = performance.now();
    const { migrate } = await import('#store'); // only now: it takes a while to load, and the servers are quick
    const migrations = await migrate(urls.databaseUrl);
    console.done(
      migrations.length === 0 ? 'schema is up to date' : `schema: ${migrations.length} migrations`,
      migrating,
    );
    if (stop.signal.aborted) return;
    const connection = await startApps(urls, port, environment);
    if (stop.signal.aborted) return;
    data.announce(connection);
    console.line(banner(connection, data.path));
    if (options.demo)
      await running.start(
        'demo',
        demoProcess(
          { data, console, urls, settings: environment, onGiveUp: demoGivesUp },
          connection.gatewayUrl,
        ),
      );
  }

  async function startApps(
    urls: ServerUrls,
    port: number,
    environment: Record<string, string>,
  ): Promise<Connection> {
    const context = {
      data,
      console,
      urls,
      settings: environment,
      onGiveUp: (message: string) => running.onGiveUp(message),
    };
    const learner = learnerProcess(context);
    const hosts = actorProcesses(context, options.hosts);
    const gateway = gatewayProcess(context, port);
    const startedAt = performance.now();
    await Promise.all([
      running.start('learner', learner),
      running.start('gateway', gateway),
      ...hosts.map((host) => running.start('actors', host)),
    ]);
    const all = [learner, ...hosts, gateway];
    const patience = new Patience(PATIENCE_MS);
    await Promise.all(all.map((each) => each.ready(patience)));
    console.done(`${all.map((each) => each.plan.name).join(', ')} ready`, startedAt);
    return {
      ...urls,
      namespace: settings.namespace,
      gatewayUrl: gateway.url ?? '',
      environment,
      apps: Object.fromEntries([...hosts, learner].map((each) => [each.plan.name, each.url ?? ''])),
    };
  }

  function demoGivesUp(message: string): void {
    console.warn('demo', `${message}\nThe rest keeps running.`);
  }
}

/** What the environment sets for Rekappa. */
function ownSettings(environment: NodeJS.ProcessEnv): Record<string, string> {
  const own = Object.entries(environment).filter(
    (entry): entry is [string, string] => entry[0].startsWith('REKAPPA_') && entry[1] !== undefined,
  );
  return Object.fromEntries(own);
}

/** What has been started so far, and the order in which it is stopped. */
class Running {
  onGiveUp: (message: string) => void = () => undefined;
  private servers: Servers | undefined;
  private readonly processes: Record<'demo' | 'gateway' | 'actors' | 'learner', SupervisedProcess[]> = {
    demo: [],
    gateway: [],
    actors: [],
    learner: [],
  };

  constructor(private readonly console: UpConsole) {}

  startServers(data: DataFolder): Promise<ServerUrls> {
    this.servers = new Servers(data, this.console, (message) => this.onGiveUp(message));
    return this.servers.start();
  }

  async start(kind: keyof Running['processes'], process: SupervisedProcess): Promise<void> {
    this.processes[kind].push(process);
    await process.start();
  }

  async stop(): Promise<void> {
    const startedAt = performance.now();
    this.console.line('\nstopping…');
    const stage = (name: keyof Running['processes'], shareMs: number): Stage => ({
      name,
      shareMs,
      stop: (deadlineMs) => Promise.all(this.processes[name].map((each) => each.stop(deadlineMs))),
    });
    const problems = await stopInOrder([
      stage('demo', 500),
      stage('gateway', 2_000),
      stage('actors', 3_000),
      stage('learner', 2_500),
      { name: 'servers', shareMs: 1_500, stop: async (deadlineMs) => this.servers?.stop(deadlineMs) },
    ]);
    for (const problem of problems) this.console.warn('stop', problem);
    this.console.done('stopped', startedAt);
  }

  /** The second Ctrl-C. The data folder is cleaned up by the next start. */
  force(): never {
    for (const each of Object.values(this.processes).flat()) each.kill();
    this.servers?.kill();
    process.exit(FORCED_EXIT_CODE);
  }
}
