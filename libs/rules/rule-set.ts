/** Rules, compiled: made once, run for each request. */
import { AppError } from '#kernel';
import { compileExpression, ExpressionError, type Expression } from './expression.js';
import type { Rule } from './rule.js';

export interface CompiledRule {
  readonly name: string;
  readonly when: Expression | undefined;
  readonly filter: Expression | undefined;
  readonly boost: Expression | number | undefined;
}

export interface RuleProblem {
  /** `1.filter`: its place in the list, from 0, and the field. */
  readonly path: string;
  readonly problem: string;
}

export class RuleSet {
  static readonly none = new RuleSet([]);
  private constructor(readonly rules: readonly CompiledRule[]) {}

  /** @throws AppError REK_INVALID_REQUEST that names the first mistake: its rule, field and character, and what to do */
  static compile(rules: readonly Rule[]): RuleSet {
    const { compiled, problems } = tryCompile(rules);
    const [first] = problems;
    if (first) throw new AppError('REK_INVALID_REQUEST', `rules.${first.path}: ${first.problem}`);
    return compiled.length > 0 ? new RuleSet(compiled) : RuleSet.none;
  }

  has(name: string): boolean {
    return this.rules.some((rule) => rule.name === name);
  }
}

/** Every mistake in the rules, for messages at start. */
export function ruleProblems(rules: readonly Rule[]): RuleProblem[] {
  return tryCompile(rules).problems;
}

function tryCompile(rules: readonly Rule[]): { compiled: CompiledRule[]; problems: RuleProblem[] } {
  const problems: RuleProblem[] = [];
  const compiled = rules.map((rule, i): CompiledRule => {
    const field = (name: 'when' | 'filter' | 'boost', types: readonly string[]): Expression | undefined => {
      const text = rule[name];
      if (typeof text !== 'string') return undefined;
      try {
        return typed(compileExpression(text), types);
      } catch (error) {
        if (!(error instanceof ExpressionError)) throw error;
        problems.push({ path: `${i}.${name}`, problem: `${error.message} (${shortened(text)})` });
        return undefined;
      }
    };
    return {
      name: rule.name,
      when: field('when', BOOLEAN),
      filter: field('filter', BOOLEAN),
      boost: typeof rule.boost === 'number' ? rule.boost : field('boost', NUMBER),
    };
  });
  return { compiled, problems };
}

/** `dyn` is an attribute: its type is known only when an item is at hand. */
const BOOLEAN = ['bool', 'dyn'];
const NUMBER = ['double', 'int', 'dyn'];

function typed(expression: Expression, types: readonly string[]): Expression {
  if (!types.includes(expression.type))
    throw new ExpressionError(
      `gives ${expression.type}: it must give ${types === BOOLEAN ? 'true or false' : 'a number'}`,
    );
  return expression;
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
