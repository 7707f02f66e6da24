/** For tests: the routes that the OpenAPI document describes, each ready to be called with its own examples. */
export interface ApiRoute {
  readonly method: string;
  /** As in the document: `/v1/items/{id}`. */
  readonly template: string;
  /** With the examples of its parameters filled in. */
  readonly path: string;
  /** '' when the document names none. */
  readonly scope: 'read' | 'write' | 'admin' | '';
  readonly body: unknown;
}

interface Operation {
  readonly security?: { key?: ('read' | 'write' | 'admin')[] }[];
  readonly parameters?: { name: string; in: string; required?: boolean; example?: unknown }[];
  readonly requestBody?: { content: Record<string, { example?: unknown }> };
}
export interface OpenApiDocument {
  readonly paths: Record<string, Record<string, Operation>>;
}

/** Each documented operation, those of probes and metrics included. */
export function apiRoutes(document: OpenApiDocument): ApiRoute[] {
  return Object.entries(document.paths).flatMap(([template, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      method: method.toUpperCase(),
      template,
      path: filledIn(template, operation),
      scope: operation.security?.[0]?.key?.[0] ?? '',
      body: operation.requestBody?.content['application/json']?.example,
    })),
  );
}

export type Call = (
  method: string,
  path: string,
  body: unknown,
  headers: Record<string, string>,
) => Promise<{ readonly status: number }>;

/** Calls all of the routes. @returns `METHOD path: status` of those whose status is not among the wanted */
export async function straysOf(
  call: Call,
  routes: readonly ApiRoute[],
  headers: Record<string, string>,
  wanted: readonly number[],
): Promise<string[]> {
  const found: string[] = [];
  for (const { method, path, body } of routes) {
    const { status } = await call(method, path, body, headers);
    if (!wanted.includes(status)) found.push(`${method} ${path}: ${status}`);
  }
  return found;
}

function filledIn(template: string, { parameters = [] }: Operation): string {
  const exampleOf = (name: string): string =>
    encodeURIComponent(String(parameters.find((one) => one.name === name)?.example ?? 'x'));
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => exampleOf(name));
  const query = parameters
    .filter((one) => one.in === 'query' && one.required)
    .map(({ name }) => `${name}=${exampleOf(name)}`);
  return query.length > 0 ? `${path}?${query.join('&')}` : path;
}
