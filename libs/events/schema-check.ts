/**
 * A schema against anything that JSON can say. zod reads on in values of the wrong type, and of
 * `{"length": {"valueOf": 1}}` in the place of a text it wants a number, and throws: here that is one more mismatch.
 */
import type { z } from 'zod';

const PROBLEM_CHARS_MAX = 300;

export type SchemaCheck<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

/** Never throws. The problem is `items.3.itemId: must be …`: the first one only, bounded. */
export function checkSchema<T>(schema: z.ZodType<T>, value: unknown): SchemaCheck<T> {
  try {
    const result = schema.safeParse(value);
    return result.success
      ? { ok: true, value: result.data }
      : { ok: false, problem: firstIssue(result.error) };
  } catch {
    return { ok: false, problem: 'a value is not of the type that its field wants' };
  }
}

function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0]!;
  const path = issue.path.length > 0 ? `${issue.path.map(String).join('.')}: ` : '';
  return `${path}${issue.message}`.slice(0, PROBLEM_CHARS_MAX);
}
