/**
 * What anybody may ask: probes, metrics and documents. Everything else is behind the gates, found or not. The *matched*
 * route decides, never the text of the address: the router takes `/%76%31/items` and `http://any/v1/items` for `/v1/items`.
 */
import type { FastifyRequest } from 'fastify';

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
]);

export function isOpen(request: Pick<FastifyRequest, 'routeOptions'>): boolean {
  return OPEN_ROUTES.has(request.routeOptions.url ?? '');
}
