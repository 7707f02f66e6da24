/** Docker cannot run everywhere; what can be known about these files without it is checked here. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { METRIC_CATALOGUE } from '../libs/observability/metric-catalogue.js';
import { loadSettings } from '#config';
import { natsPasswordVariable, NATS_USERS, natsUsersConfiguration } from '#log';

const here = fileURLToPath(new URL('.', import.meta.url));
const text = (path: string): string => readFileSync(join(here, path), 'utf8');

interface Service {
  image: string;
  command?: string[];
  entrypoint?: string[];
  env_file?: { path: string; required: boolean }[];
  profiles?: string[];
  restart?: string;
  build?: { context: string; dockerfile: string };
  depends_on?: string[] | Record<string, { condition: string }>;
  environment?: Record<string, string>;
  healthcheck?: object;
  volumes?: string[];
  ports?: string[];
}
interface Compose {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
}
const compose = parse(text('compose.yaml'), { merge: true }) as Compose;
const services = Object.entries(compose.services);

describe('compose.yaml', () => {
  it('names services, volumes, files and images that exist', () => {
    for (const [, service] of services) {
      for (const name of dependencies(service)) expect(Object.keys(compose.services)).toContain(name);
      for (const volume of service.volumes ?? []) {
        const source = volume.split(':')[0]!;
        if (source.startsWith('.')) expect(existsSync(join(here, source))).toBe(true);
        else expect(Object.keys(compose.volumes)).toContain(source);
      }
      if (service.build)
        expect(existsSync(join(here, service.build.context, service.build.dockerfile))).toBe(true);
      if (!service.build) expect(service.image).toMatch(/:v?\d+\.\d+/); // pinned
    }
  });

  it('waits for servers that can tell whether they are healthy', () => {
    for (const [, service] of services) {
      if (Array.isArray(service.depends_on)) continue;
      for (const [name, { condition }] of Object.entries(service.depends_on ?? {})) {
        expect(condition).toBe('service_healthy');
        expect(compose.services[name]?.healthcheck).toBeDefined();
      }
    }
  });

  it('publishes on the loopback interface only', () => {
    for (const [, { ports = [] }] of services)
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it('starts apps that exist, with settings that are valid', () => {
    for (const app of ['gateway', 'actors', 'learner']) {
      const { command, environment = {} } = compose.services[app]!;
      expect(command).toEqual([`dist/apps/${app}/main.js`]);
      expect(existsSync(join(here, '..', 'apps', app, 'main.ts'))).toBe(true);
      const settings = loadSettings(withDefaults(environment));
      expect(settings.log.replicas).toBe(3);
      expect(settings.natsUrl.split(',')).toHaveLength(3);
    }
  });

  it('gives the apps the settings of docker/.env, and none of the passwords in it', () => {
    const passwords = [...text('compose.yaml').matchAll(/\$\{(\w*PASSWORD\w*)/g)].map(([, name]) => name!);
    expect(passwords.length).toBeGreaterThan(NATS_USERS.length);
    const apiKey = { name: 'shop', sha256: 'a'.repeat(64), scopes: ['read'] };
    const dotenv = {
      ...Object.fromEntries(passwords.map((name) => [name, 'secret'])),
      REKAPPA_HTTP_API_KEYS: JSON.stringify([apiKey]),
      REKAPPA_INTEREST_RECENT_MAX: '7',
      PORT: '9',
    };
    for (const app of ['gateway', 'actors', 'learner', 'cli']) {
      const { env_file, environment = {} } = compose.services[app]!;
      expect(env_file).toEqual([{ path: '.env', required: false }]);
      const own = { ...dotenv, ...withDefaults(environment) };
      expect(Object.values(own)).not.toContain('secret');
      const { http, interest } = loadSettings(own);
      expect([http.apiKeys, interest.recentMax, http.port]).toEqual([
        [expect.objectContaining(apiKey)],
        7,
        8080,
      ]);
    }
  });

  it('has the command line, which starts only when it is called', () => {
    const { profiles, entrypoint, environment, restart } = compose.services['cli']!;
    expect([profiles, entrypoint, restart]).toEqual([['cli'], ['node', 'dist/apps/cli/main.js'], 'no']);
    expect(existsSync(join(here, '..', 'apps', 'cli', 'main.ts'))).toBe(true);
    expect(environment!['REKAPPA_URL']).toBe('http://gateway:8080');
  });
});

describe('the Dockerfile', () => {
  const dockerfile = text('Dockerfile');

  it('copies what exists, runs as an ordinary user, and has a health check', () => {
    for (const [, from, sources] of dockerfile.matchAll(/^COPY (--from=\S+ )?(.+) \S+$/gm)) {
      if (from === undefined)
        for (const source of sources!.split(' ')) expect(existsSync(join(here, '..', source))).toBe(true);
    }
    expect(dockerfile).toMatch(/^USER node$/m);
    expect(dockerfile).toMatch(/^HEALTHCHECK .*docker\/healthcheck\.mjs/m);
  });

  it('names commands that are in the image', () => {
    const [comment] = dockerfile.split(/^[^#]/m);
    const scripts = comment!.match(/[\w/]+\.m?js/g)!;
    expect(scripts).toContain('dist/apps/cli/main.js');
    for (const script of scripts)
      expect(script).toMatch(/^(dist\/apps\/(gateway|cli)|\/(actors|learner))\/main\.js$/);
  });

  it('sets variables that the settings know', () => {
    const block = /^ENV ((?:.*\\\n)*.*)$/m.exec(dockerfile)![1]!;
    const variables = Object.fromEntries(
      [...block.matchAll(/(\w+)=(\S+)/g)].map(([, name, value]) => [name!, value!]),
    );
    const settings = loadSettings(variables);
    expect([settings.http.host, settings.http.port, settings.http.metricsPort]).toEqual([
      '0.0.0.0',
      8080,
      8080,
    ]);
  });
});

describe('the configuration of NATS', () => {
  const hasServer = spawnSync('nats-server', ['--version']).status === 0;

  it.each(['unsafe-fast.conf', 'durable.conf'])('%s is one that the server accepts', (file) => {
    if (!hasServer) return;
    const { status, stderr } = spawnSync('nats-server', ['-t', '-c', join(here, 'nats', file)], {
      encoding: 'utf8',
      env: { ...process.env, ...withDefaults(compose.services['nats-1']!.environment!) },
    });
    const tooOld = file === 'durable.conf' && stderr.includes('sync_interval'); // before 2.10
    expect(status === 0 || tooOld ? '' : stderr).toBe('');
  });

  it('has the users that `rekappa nats-users` prints, and each app is the one of its name', () => {
    expect(text('nats/cluster.conf')).toMatch(/^include "users.conf"$/m);
    expect(text('nats/users.conf')).toBe(natsUsersConfiguration(['default']));
    const server = withDefaults(compose.services['nats-1']!.environment!);
    for (const app of ['gateway', 'actors', 'learner', 'cli'] as const) {
      const { natsUrl } = loadSettings(withDefaults(compose.services[app]!.environment!));
      expect(natsUrl).toContain(`nats://${app}:${server[natsPasswordVariable(app, 'default')]}@nats-1:4222`);
    }
    for (const user of NATS_USERS) expect(server[natsPasswordVariable(user, 'default')]).toMatch(/^[a-z]/);
  });

  it('is durable unless the operator chooses the one that says unsafe', () => {
    expect(compose.services['nats-1']!.command!.join(' ')).toContain('${NATS_CONFIG:-durable}.conf');
    expect(text('nats/durable.conf')).toMatch(/^ {2}sync_interval: always$/m);
    for (const file of readdirSync(join(here, 'nats')))
      expect(file).toMatch(/^(cluster|users|durable|unsafe-\w+)\.conf$/);
  });
});

describe('Prometheus and Grafana', () => {
  const series = new Set(
    Object.values(METRIC_CATALOGUE).flatMap(({ kind, name }) =>
      kind === 'histogram' ? ['_bucket', '_sum', '_count'].map((part) => name + part) : [name],
    ),
  );
  const used = (expressions: string[]): string[] =>
    expressions.flatMap((expression) => expression.match(/rekappa_\w+/g) ?? []);

  it('scrape every app', () => {
    const { scrape_configs } = parse(text('prometheus/prometheus.yaml')) as {
      scrape_configs: { dns_sd_configs: { names: string[]; port: number }[] }[];
    };
    const scraped = scrape_configs.flatMap(({ dns_sd_configs }) =>
      dns_sd_configs.flatMap(({ names, port }) => names.map((name) => `${name}:${port}`)),
    );
    expect(scraped).toEqual(['gateway:8080', 'actors:8080', 'learner:8080']);
  });

  it('alert on metrics that the apps have', () => {
    const { groups } = parse(text('prometheus/alerts.yaml')) as { groups: { rules: { expr: string }[] }[] };
    const names = used(groups.flatMap(({ rules }) => rules.map(({ expr }) => expr)));
    expect(names.filter((name) => !series.has(name))).toEqual([]);
    expect(names.length).toBeGreaterThan(0);
  });

  it('alert on a share of answers only where those answers are among all that are counted', () => {
    const { groups } = parse(text('prometheus/alerts.yaml')) as {
      groups: { rules: { alert: string; expr: string }[] }[];
    };
    const { expr } = groups.flatMap(({ rules }) => rules).find(({ alert }) => alert === 'DegradedAnswers')!;
    expect([...new Set(used([expr]))]).toEqual([METRIC_CATALOGUE.recommendations.name]);
  });

  it('show metrics that the apps have, from the data source that is provisioned', () => {
    const { panels } = JSON.parse(text('grafana/dashboards/rekappa.json')) as {
      panels: { type: string; datasource?: { uid: string }; targets?: { expr: string }[] }[];
    };
    const names = used(panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)));
    expect(names.filter((name) => !series.has(name))).toEqual([]);
    expect(names.length).toBeGreaterThan(20);

    const { datasources } = parse(text('grafana/provisioning/datasources/prometheus.yaml')) as {
      datasources: { uid: string; url: string }[];
    };
    for (const panel of panels)
      if (panel.type !== 'row') expect(panel.datasource?.uid).toBe(datasources[0]!.uid);
  });
});

function dependencies({ depends_on = [] }: Service): string[] {
  return Array.isArray(depends_on) ? depends_on : Object.keys(depends_on);
}

/** `${NAME:-default}` as Compose reads it when nothing is set. */
function withDefaults(environment: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, value.replace(/\$\{\w+:-([^}]*)\}/g, '$1')]),
  );
}
