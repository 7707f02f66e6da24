/**
 * A business rule as it is written: what it is called, when it holds, and either a test that items must pass or a factor on
 * their odds. Expressions are CEL (docs/rules.md). Deployment rules stand in `serving.rules`; a request may bring its own.
 */
import { z } from 'zod';

export const RULES_MAX = 64;
export const REQUEST_RULES_MAX = 16;
export const EXPRESSION_CHARS_MAX = 1_000;
/** A boost is cut to 1/BOOST_MAX .. BOOST_MAX. */
export const BOOST_MAX = 100;

const expression = z.string().min(1).max(EXPRESSION_CHARS_MAX);

export const ruleSchema = z
  .strictObject({
    name: z.string().min(1).max(64).describe('Shown in reasons and metrics.'),
    when: expression.optional().describe('The rule holds only where this is true.'),
    filter: expression.optional().describe('Only items for which this is true may be in the list.'),
    boost: z
      .union([
        expression,
        z
          .number()
          .min(1 / BOOST_MAX)
          .max(BOOST_MAX),
      ])
      .optional()
      .describe('Multiplies the odds of a click: a number or an expression; above 1 lifts, below 1 lowers.'),
  })
  .refine((rule) => (rule.filter === undefined) !== (rule.boost === undefined), {
    message: 'give either filter or boost',
  });

export const rulesSchema = z.array(ruleSchema).max(RULES_MAX);

export type Rule = z.infer<typeof ruleSchema>;

/** What a rule may say besides of the item. */
export type RuleVariable = 'context' | 'scenario' | 'user';

/** Whether a filter among the rules may decide otherwise where one of these is another. Judged by the text: a word within a string counts, too. */
export function filtersDependOn(rules: readonly Rule[], variables: readonly RuleVariable[]): boolean {
  const named = new RegExp(`\\b(?:${variables.join('|')})\\b`);
  return rules.some(({ filter, when = '' }) => filter !== undefined && named.test(`${when} ${filter}`));
}
