/** For tests: what an answer has, or lacks, against what the OpenAPI document says of it; '' when it is as described. */
import { z } from 'zod';

export interface DescribedAnswers {
  readonly paths: Record<string, Record<string, { readonly responses: Record<string, Described> }>>;
}
interface Described {
  readonly content?: Record<string, { readonly schema: Parameters<typeof z.fromJSONSchema>[0] }>;
}

/** @param route as in the document: `GET /v1/items/{id}` */
export function misfit(
  document: DescribedAnswers,
  route: string,
  { status, body }: { readonly status: number; readonly body: unknown },
): string {
  const [method, path] = route.split(' ') as [string, string];
  const schema =
    document.paths[path]?.[method.toLowerCase()]?.responses[status]?.content?.['application/json']?.schema;
  if (schema === undefined) return `${route} is not described to answer ${status}`;
  const { error } = z.fromJSONSchema(schema).safeParse(body);
  return error ? `${route}: ${z.prettifyError(error)}` : '';
}
