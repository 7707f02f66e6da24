/** The dashboard's files: open where the API is not, complete, from nowhere else, and unable to turn data into markup. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { startServers, type TestServers } from '#testkit';
import { startGateway, type RunningGateway } from '../testing/start-gateway.js';
import { DASHBOARD_ROUTES } from './serve-dashboard.js';

const PAGE = 'apps/gateway/dashboard/page';
const files = readdirSync(PAGE);
const text = (file: string): string => readFileSync(`${PAGE}/${file}`, 'utf8');

let servers: TestServers;
let gateway: RunningGateway;

beforeAll(async () => {
  servers = await startServers({ nats: true });
  const sha256 = createHash('sha256').update('reading-key').digest('hex');
  gateway = await startGateway({
    natsUrl: servers.natsUrl,
    http: { apiKeys: [{ name: 'read', sha256, scopes: ['read'] }] },
  });
}, 60_000);
afterAll(async () => {
  await gateway?.stop();
  await servers?.stop();
});

describe('The dashboard', () => {
  it('is served as it stands, to anybody; what it shows wants a key', async () => {
    for (const route of DASHBOARD_ROUTES) {
      const { status, headers } = await gateway.call('GET', route);
      expect([route, status]).toEqual([route, 200]);
      const body = await (await fetch(gateway.url + route)).text();
      expect(body).toBe(text(route === '/dashboard' ? 'dashboard.html' : basename(route)));
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
    const types = await Promise.all(
      ['/dashboard', '/dashboard/main.js', '/dashboard/dashboard.css'].map(async (route) =>
        (await gateway.call('GET', route)).headers.get('content-type'),
      ),
    );
    expect(types).toEqual([
      'text/html; charset=utf-8',
      'text/javascript; charset=utf-8',
      'text/css; charset=utf-8',
    ]);
    expect((await gateway.call('GET', '/v1/status')).status).toBe(401);
    const reading = { authorization: 'Bearer reading-key' };
    expect((await gateway.call('GET', '/v1/status', undefined, reading)).status).toBe(200);
    expect((await gateway.call('GET', '/dashboard/serve-dashboard.js')).status).toBe(401);
  });

  it('may run its own scripts and styles, nothing inline, nothing from elsewhere, and no text as markup', async () => {
    const { headers } = await gateway.call('GET', '/dashboard');
    const policy = headers.get('content-security-policy')!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("style-src 'self';");
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    const page = text('dashboard.html');
    expect(page).not.toMatch(/<script(?![^>]*\ssrc=)|\son\w+=|\sstyle=|<style/);
    for (const file of files) {
      // The namespace of SVG is a name, not an address.
      const links = text(file)
        .replaceAll('http://www.w3.org/2000/svg', '')
        .match(/https?:\/\/\S+/g);
      expect([file, links]).toEqual([file, null]);
      expect(text(file)).not.toMatch(
        /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function/,
      );
    }
  });

  it('has every file that it names, and no other', () => {
    const named = files.flatMap((file) => [
      ...[...text(file).matchAll(/from '\.\/([\w.-]+)'/g)].map(([, name]) => name!),
      ...(file === 'dashboard.html'
        ? [...text(file).matchAll(/"dashboard\/([\w.-]+)"/g)].map(([, name]) => name!)
        : []),
    ]);
    const served = DASHBOARD_ROUTES.map((route) =>
      route === '/dashboard' ? 'dashboard.html' : basename(route),
    );
    expect(new Set(['dashboard.html', ...named])).toEqual(new Set(files));
    expect(new Set(served)).toEqual(new Set(files));
  });

  it('keeps its key for as long as the tab is open, and nothing longer', () => {
    const scripts = files
      .filter((file) => file.endsWith('.js'))
      .map(text)
      .join('\n');
    expect(scripts).toContain('sessionStorage');
    expect(scripts).not.toMatch(/localStorage|indexedDB|document\.cookie/);
  });
});
