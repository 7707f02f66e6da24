/**
 * Expressions of rules: CEL, the Common Expression Language, compiled and type-checked once. No eval, no clock, no I/O, no
 * loops: of CEL's functions only those in FUNCTIONS may be called, so that the time of one evaluation is bounded by the
 * expression's length and the size of the item.
 *
 *     item     id, title, categories, tags, brand, price, createdAt (ms), ageSeconds, attributes
 *     user     segment, attributes
 *     context  what the request says of itself        scenario   where the list is shown        now   ms
 */
import {
  Environment,
  type ASTNode,
  type ParseError,
  type TypeError as CelTypeError,
} from '@marcbachmann/cel-js';
import { EXPRESSION_CHARS_MAX } from './rule.js';

/** What an expression can see. `has(item.price)` tells whether an item has one. */
export class RuleItem {
  id = '';
  title = '';
  categories: readonly string[] = [];
  tags: readonly string[] = [];
  brand: string | undefined = undefined;
  price: number | undefined = undefined;
  createdAt = 0;
  ageSeconds = 0;
  attributes: Readonly<Record<string, unknown>> = {};
}

export class RuleUser {
  segment = '';
  attributes: ReadonlyMap<string, unknown> = new Map();
}

export interface RuleVariables {
  item: RuleItem;
  user: RuleUser;
  context: Readonly<Record<string, unknown>>;
  scenario: string;
  now: number;
}

export interface Expression {
  (variables: RuleVariables): unknown;
  /** Static type: bool, int, double, string, dyn... */
  readonly type: string;
  readonly readsItem: boolean;
}

/** Says where the mistake is and what to do. */
export class ExpressionError extends Error {}

const FUNCTIONS: ReadonlySet<string> = new Set([
  ...['has', 'size', 'int', 'double', 'string', 'bool', 'dyn', 'min', 'max'],
  ...['contains', 'startsWith', 'endsWith', 'lowerAscii', 'upperAscii', 'trim', 'hasAny'],
]);
const ITEM_FIELDS = {
  id: 'string',
  title: 'string',
  categories: 'list<string>',
  tags: 'list<string>',
  brand: 'string',
  price: 'double',
  createdAt: 'double',
  ageSeconds: 'double',
  attributes: 'map<string, dyn>',
} as const satisfies Record<keyof RuleItem, string>;

const MIXED: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
};

const environment = newEnvironment();

/** @throws ExpressionError */
export function compileExpression(text: string): Expression {
  if (text.length > EXPRESSION_CHARS_MAX)
    throw new ExpressionError(`is longer than ${EXPRESSION_CHARS_MAX} characters`);
  const checked = environment.check(text);
  if (!checked.valid) throw new ExpressionError(mistake(checked.error!));
  const evaluate = environment.parse(text);
  const names = new Set<string>();
  inspect(evaluate.ast, names);
  return Object.assign((variables: RuleVariables): unknown => evaluate(variables), {
    type: checked.type!,
    readsItem: names.has('item'),
  });
}

/** Numbers of items are doubles; `item.price * 2` must not fail because 2 is an int. */
function newEnvironment(): Environment {
  const created = new Environment({
    homogeneousAggregateLiterals: false,
    limits: { maxAstNodes: 200, maxDepth: 24, maxListElements: 100, maxMapEntries: 16, maxCallArguments: 4 },
  })
    .registerType('Item', { ctor: RuleItem, fields: ITEM_FIELDS })
    .registerType('User', { ctor: RuleUser, fields: { segment: 'string', attributes: 'map<string, dyn>' } })
    .registerVariable('item', 'Item')
    .registerVariable('user', 'User')
    .registerVariable('context', 'map<string, dyn>')
    .registerVariable('scenario', 'string')
    .registerVariable('now', 'double')
    .registerFunction('list.hasAny(list): bool', (a: unknown[], b: unknown[]) => a.some((x) => b.includes(x)))
    .registerFunction('min(dyn, dyn): double', (a: unknown, b: unknown) => Math.min(Number(a), Number(b)))
    .registerFunction('max(dyn, dyn): double', (a: unknown, b: unknown) => Math.max(Number(a), Number(b)));
  for (const [operator, apply] of Object.entries(MIXED)) {
    created.registerOperator(`double ${operator} int: double`, (a: number, b: bigint) => apply(a, Number(b)));
    created.registerOperator(`int ${operator} double: double`, (a: bigint, b: number) => apply(Number(a), b));
  }
  return created;
}

/** Collects the identifiers of the tree. @throws ExpressionError when it calls what may not be called */
function inspect(node: ASTNode, names: Set<string>): void {
  if (node.op === 'id') names.add(node.args);
  if (node.op === 'call' || node.op === 'rcall') {
    const [called] = node.args;
    if (!FUNCTIONS.has(called))
      throw new ExpressionError(
        `${called}() cannot be used in rules, at character ${node.start + 1}: use operators, "in", or one of ${[...FUNCTIONS].join(', ')}`,
      );
  }
  visit(node.args, names);
}

function visit(part: unknown, names: Set<string>): void {
  if (Array.isArray(part)) for (const each of part) visit(each, names);
  else if (typeof part === 'object' && part !== null && 'op' in part) inspect(part as ASTNode, names); // nodes alone have `op`
}

function mistake({ summary, range }: ParseError | CelTypeError): string {
  const place = range ? `, at character ${range.start + 1}` : '';
  return `${summary}${place}${adviceOn(summary)}`;
}

function adviceOn(summary: string): string {
  if (summary.startsWith('Unknown variable'))
    return ': the variables are item, user, context, scenario and now';
  if (summary.startsWith('No such key'))
    return `: an item has ${Object.keys(ITEM_FIELDS).join(', ')}, and its own fields under item.attributes; a user has segment and attributes`;
  return '';
}
