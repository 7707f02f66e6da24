/**
 * The API's description: pages at /docs, the document at /docs/openapi.json. The pages' two files are served from
 * the installed package, so that they work without the internet.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';

const ASSETS = { 'swagger-ui.css': 'text/css', 'swagger-ui-bundle.js': 'text/javascript' } as const;
const ASSET_MAX_AGE_SECONDS = 3_600;

const PAGE = `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Rekappa API</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script>SwaggerUIBundle({ url: '/docs/openapi.json', dom_id: '#swagger-ui', deepLinking: true, tryItOutEnabled: true });</script>
  </body>
</html>
`;

export function serveOpenApi(app: INestApplication, server: FastifyInstance): void {
  const folder = join(
    dirname(createRequire(import.meta.url).resolve('@fastify/swagger-ui/package.json')),
    'static',
  );
  let document: OpenAPIObject | undefined;
  server.get('/docs', (_request, reply) => reply.type('text/html; charset=utf-8').send(PAGE));
  server.get('/docs/openapi.json', (_request, reply) => reply.send((document ??= describe(app))));
  for (const [file, type] of Object.entries(ASSETS)) {
    server.get(`/docs/${file}`, async (_request, reply) =>
      reply
        .type(`${type}; charset=utf-8`)
        .header('cache-control', `max-age=${ASSET_MAX_AGE_SECONDS}`)
        .send(await readFile(join(folder, file))),
    );
  }
}

function describe(app: INestApplication): OpenAPIObject {
  const base = new DocumentBuilder()
    .setTitle('Rekappa')
    .setDescription(
      'A real-time recommendation engine that learns from every click. Errors are `{error: {code, message, requestId}}`: see docs/errors.md.',
    )
    .setVersion('1')
    .setOpenAPIVersion('3.1.0')
    .addBearerAuth({ type: 'http', description: 'An API key, where the deployment has any.' }, 'key')
    .build();
  return SwaggerModule.createDocument(app, base);
}
