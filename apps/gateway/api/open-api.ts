/** The API's description: pages at /docs, the document at /docs/openapi.json. */
import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';

export function serveOpenApi(app: INestApplication): void {
  const base = new DocumentBuilder()
    .setTitle('Rekappa')
    .setDescription(
      'A real-time recommendation engine that learns from every click. Errors: `{error: {code, message, requestId}}`, see docs/errors.md.',
    )
    .setVersion('1')
    .setOpenAPIVersion('3.1.0')
    .build();
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, base), {
    jsonDocumentUrl: 'docs/openapi.json',
    raw: ['json'],
    customSiteTitle: 'Rekappa API',
  });
}
