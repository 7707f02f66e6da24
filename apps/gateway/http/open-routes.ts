/**
 * What anybody may ask: probes, metrics, documents and the page of the dashboard (not what it shows). Everything else is behind the gates, found or not. The *matched*
 * route decides, never the text of the address: the router takes `/%76%31/items` and `http://any/v1/items` for `/v1/items`.
 */
import type { FastifyRequest } from 'fastify';
import { DASHBOARD_ROUTES } from '../dashboard/serve-dashboard.js';

export const OPEN_ROUTES: ReadonlySet<string> = new Set([
  '/',
  '/docs',
  '/docs/openapi.json',
  '/docs/swagger-ui.css',
  '/docs/swagger-ui-bundle.js',
  '/health/live',
  '/health/ready',
  '/health/startup',
  '/metrics',
  ...DASHBOARD_ROUTES,
]);

export function isOpen(request: Pick<FastifyRequest, 'routeOptions'>): boolean {
  return OPEN_ROUTES.has(request.routeOptions.url ?? '');
}
