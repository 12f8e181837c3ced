import { z } from 'zod';
import { newBudget } from '@/lib/recipes/budget';
import { type ConfigView, isList } from '@/lib/recipes/config-view';
import { parseLayer } from '@/lib/recipes/layers/parse-layer';
import { buildNodes } from '@/lib/recipes/nodes/build-nodes';
import { valueOf } from '@/lib/recipes/nodes/config-node';
import { plainValue } from '@/lib/recipes/plain-value';
import type { Layers } from '@/lib/recipes/validation/placing';
import type { Outcome, Rule } from '../rule';
import { evaluate, type Expression, ExpressionError, isTruthy, type Value } from './expression';
import { parseExpression } from './parse-expression';

// `assert: true` is a value of YAML
const expression = z.union([z.string().min(1), z.boolean().transform(String)]);

const Check = z.strictObject({
  id: z.string().regex(/^[\w-]+$/, 'letters, digits, - and _'),
  assert: expression,
  when: expression.optional(),
  message: z.string().min(1),
  severity: z.enum(['error', 'warning', 'info']).default('error'),
  /** Where it is shown; the first path of `assert` otherwise. */
  path: z.string().optional(),
  title: z.string().optional(),
});
const Checks = z.strictObject({ checks: z.array(z.unknown()) });

// A recipe's checks change far less often than its values.
let last: { readonly text: string; readonly rules: readonly Rule[] } | null = null;

export function checksFileOf(entry: string): string {
  return `${entry.slice(0, entry.lastIndexOf('/') + 1)}checks.yaml`;
}

/** The rules that a recipe brings along. What is wrong with the file itself is a rule that fails. */
export function checkRecipeRules({ files, entry }: Layers): readonly Rule[] {
  const text = files[checksFileOf(entry)];
  if (text === undefined) return [];
  if (last?.text !== text) last = { text, rules: parseChecks(text) };
  return last.rules;
}

function parseChecks(text: string): readonly Rule[] {
  const parsed = parseLayer(text);
  if (!parsed.ok) return [broken(parsed.failure.problem.message)];
  if (parsed.root === null) return [];
  const file = Checks.safeParse(plainValue(valueOf(buildNodes(parsed.root, '', newBudget()))));
  if (!file.success) return [broken('it must be a map with a list of `checks`.')];
  return file.data.checks.map((item, at) => {
    const check = Check.safeParse(item);
    if (check.success) return ruleFrom(check.data);
    const [issue] = check.error.issues;
    return broken(`check ${at + 1}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`);
  });
}

function broken(message: string): Rule {
  return {
    id: 'checks-file',
    title: 'checks.yaml can be read',
    reason: 'A check that cannot be read checks nothing.',
    severity: 'warning',
    check: () => ({ path: 'checks.yaml', message: `checks.yaml: ${message}` }),
  };
}

function ruleFrom({ id, assert, when, message, severity, ...rest }: z.infer<typeof Check>): Rule {
  try {
    const asserted = parseExpression(assert);
    const condition = when === undefined ? null : parseExpression(when);
    const path = rest.path ?? firstPath(asserted) ?? 'checks.yaml';
    return {
      id: `recipe:${id}`,
      title: rest.title ?? assert,
      reason: `checks.yaml asserts ${assert}${when === undefined ? '' : ` when ${when}`}.`,
      severity,
      check: ({ config }) => judge(config, { asserted, condition, id, path, message }),
    };
  } catch (error) {
    if (error instanceof ExpressionError) return broken(`${id}: ${error.message}.`);
    throw error;
  }
}

type Judged = {
  readonly asserted: Expression;
  readonly condition: Expression | null;
  readonly id: string;
  readonly path: string;
  readonly message: string;
};

function judge(config: ConfigView, { asserted, condition, id, path, message }: Judged): Outcome {
  const read = (from: string) => toValue(config.get(from));
  try {
    if (condition !== null && !isTruthy(evaluate(condition, read))) return null;
    if (isTruthy(evaluate(asserted, read))) return 'checks.yaml';
    return { path, message: filled(message, read) };
  } catch (error) {
    if (error instanceof ExpressionError) {
      return {
        path,
        severity: 'warning',
        message: `checks.yaml: ${id} cannot be computed: ${error.message}.`,
      };
    }
    throw error;
  }
}

/** `{data.batch_size}` in a message stands for the value. */
function filled(message: string, read: (path: string) => Value): string {
  return message.replaceAll(/\{([\w.[\]-]+)\}/g, (_, path: string) => {
    const value = read(path);
    return typeof value === 'string' ? value : JSON.stringify(value);
  });
}

function toValue(value: unknown): Value {
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') return value;
  return isList(value) ? value.map(toValue) : null;
}

function firstPath(expression: Expression): string | null {
  switch (expression.kind) {
    case 'path':
      return expression.path;
    case 'binary':
      return firstPath(expression.left) ?? firstPath(expression.right);
    case 'call':
      return firstPath(expression.argument);
    case 'not':
    case 'negate':
      return firstPath(expression.operand);
    case 'list':
      return expression.items.map(firstPath).find((path) => path !== null) ?? null;
    case 'literal':
      return null;
  }
}
