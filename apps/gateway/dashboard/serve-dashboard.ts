/**
 * The dashboard: a page and its own files, as they stand in `page/`, with nothing from elsewhere. The page is open, what it shows is not: it
 * asks the API like any other caller, with a key where there are keys.
 */
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';

const FILES = [
  'dashboard.css',
  'icon.svg',
  'main.js',
  'gateway.js',
  'elements.js',
  'format.js',
  'totals.js',
  'line-chart.js',
  'pulse-panel.js',
  'learning-panel.js',
  'serving-panel.js',
  'experiments-panel.js',
  'try-panel.js',
] as const;

/** What the dashboard adds to the routes that anybody may ask. */
export const DASHBOARD_ROUTES: readonly string[] = [
  '/dashboard',
  ...FILES.map((file) => `/dashboard/${file}`),
];

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/**
 * Stricter than what the other answers carry: nothing inline, nothing from elsewhere, and no text becomes markup or script, whatever ids
 * and titles hold.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

export function serveDashboard(server: FastifyInstance): void {
  serve(server, '/dashboard', 'dashboard.html');
  for (const file of FILES) serve(server, `/dashboard/${file}`, file);
}

function serve(server: FastifyInstance, route: string, file: string): void {
  const path = fileURLToPath(new URL(`page/${file}`, import.meta.url));
  server.get(route, async (_request, reply) =>
    reply
      .type(TYPES[extname(file)]!)
      .header('content-security-policy', POLICY)
      // Asked for anew each time: a page of one version with a script of another would show nothing.
      .header('cache-control', 'no-cache')
      .send(await readFile(path)),
  );
}
