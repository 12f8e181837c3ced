import { z } from 'zod';
import { newBudget } from '@/lib/recipes/budget';
import { type ConfigView, isList } from '@/lib/recipes/config-view';
import type { SourceRange } from '@/lib/recipes/diagnostic';
import { attempt } from '@/lib/recipes/failure';
import type { LayerNode } from '@/lib/recipes/layers/layer-node';
import { parseLayer } from '@/lib/recipes/layers/parse-layer';
import { buildNodes } from '@/lib/recipes/nodes/build-nodes';
import { valueOf } from '@/lib/recipes/nodes/config-node';
import { nearest } from '@/lib/recipes/nearest';
import { plainValue } from '@/lib/recipes/plain-value';
import { nodeOf } from '@/lib/recipes/schema/catalogue';
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
let last: { readonly text: string; readonly file: string; readonly rules: readonly Rule[] } | null = null;

export function checksFileOf(entry: string): string {
  return `${entry.slice(0, entry.lastIndexOf('/') + 1)}checks.yaml`;
}

/** The rules that a recipe brings along. What is wrong with the file itself is a rule that fails. */
export function checkRecipeRules({ files, entry }: Layers): readonly Rule[] {
  const file = checksFileOf(entry);
  const text = files[file];
  if (text === undefined) return [];
  if (last?.text !== text || last.file !== file) last = { text, file, rules: parseChecks(text, file) };
  return last.rules;
}

function parseChecks(text: string, file: string): readonly Rule[] {
  const parsed = parseLayer(text);
  if (!parsed.ok) {
    const { message, range } = parsed.failure.problem;
    return [broken(message, range == null ? startOf(file) : { ...range, file })];
  }
  const { root } = parsed;
  if (root === null) return [];
  const nodes = attempt(() => plainValue(valueOf(buildNodes(root, '', newBudget()))));
  if (!nodes.ok) return [broken(nodes.error.problem.message, startOf(file))];
  const read = Checks.safeParse(nodes.value);
  const list = childOf(root, 'checks');
  if (!read.success) {
    const message = `the file must be a map with one key, checks, that holds a list: ${issueOf(read.error)}.`;
    return [broken(message, list === null ? startOf(file) : rangeOf(list, file))];
  }
  const seen = new Set<string>();
  return read.data.checks.map((item, at) => {
    const place = { node: list?.kind === 'list' ? (list.items[at] ?? null) : null, file };
    const check = Check.safeParse(item);
    if (!check.success) {
      const [issue] = check.error.issues;
      const key = issue?.path[0];
      return broken(
        `check ${at + 1}: ${issueOf(check.error)}.`,
        placeOf(place, typeof key === 'string' ? key : null),
      );
    }
    const { id } = check.data;
    if (seen.has(id)) return broken(`check ${at + 1}: there is another check ${id}.`, placeOf(place, 'id'));
    seen.add(id);
    return ruleFrom(check.data, place);
  });
}

/** `severity: Invalid option…`, the key first. */
function issueOf(error: z.ZodError): string {
  const [issue] = error.issues;
  const key = issue?.path.join('.') ?? '';
  return `${key === '' ? '' : `${key}: `}${issue?.message ?? 'invalid'}`;
}

type Place = { readonly node: LayerNode | null; readonly file: string };

/** Of one key's value in a check, or of the check. */
function placeOf({ node, file }: Place, key: string | null): SourceRange {
  const value = node === null || key === null ? null : childOf(node, key);
  if (node === null) return startOf(file);
  return rangeOf(value ?? node, file);
}

function startOf(file: string): SourceRange {
  return { file, start: 0, end: 0 };
}

function rangeOf({ start, end }: LayerNode, file: string): SourceRange {
  return { file, start, end };
}

function childOf(node: LayerNode, name: string): LayerNode | null {
  if (node.kind !== 'map') return null;
  return node.entries.find(({ key }) => key.kind === 'string' && key.value === name)?.value ?? null;
}

function broken(message: string, range: SourceRange): Rule {
  return {
    id: 'checks-file',
    title: 'checks.yaml can be read',
    reason: 'A check that cannot be read checks nothing.',
    severity: 'warning',
    check: () => ({ path: '', range, message: `checks.yaml: ${message}` }),
  };
}

function ruleFrom(
  { id, assert, when, message, severity, ...rest }: z.infer<typeof Check>,
  place: Place,
): Rule {
  const asserted = tryExpression(assert);
  const condition = when === undefined ? null : tryExpression(when);
  if (typeof asserted === 'string')
    return broken(`${id}: assert: ${asserted} in \`${assert}\`.`, placeOf(place, 'assert'));
  if (typeof condition === 'string')
    return broken(`${id}: when: ${condition} in \`${when ?? ''}\`.`, placeOf(place, 'when'));
  const path = rest.path ?? pathsIn(asserted)[0] ?? '';
  const range = placeOf(place, 'assert');
  return {
    id: `recipe:${id}`,
    title: rest.title ?? assert,
    reason: `checks.yaml asserts ${assert}${when === undefined ? '' : ` when ${when}`}.`,
    severity,
    check: ({ config }) => judge(config, { asserted, condition, id, path, message, range }),
  };
}

/** The expression, or what is wrong with it. */
function tryExpression(source: string): Expression | string {
  try {
    return parseExpression(source);
  } catch (error) {
    if (error instanceof ExpressionError) return error.message;
    throw error;
  }
}

type Judged = {
  readonly asserted: Expression;
  readonly condition: Expression | null;
  readonly id: string;
  readonly path: string;
  readonly message: string;
  /** Of `assert` in checks.yaml. */
  readonly range: SourceRange;
};

function judge(config: ConfigView, judged: Judged): Outcome {
  const { asserted, condition, id, path, message, range } = judged;
  const read = (from: string) => toValue(config.get(from));
  const unknown = [asserted, ...(condition === null ? [] : [condition])]
    .flatMap(takenPathsIn)
    .find((from) => config.get(from) === undefined && nodeOf(from) === null);
  if (unknown !== undefined) {
    const said = `checks.yaml: ${id} reads ${unknown}, which is no key of a recipe${meantBy(unknown)}`;
    return { path: '', range, severity: 'warning', message: said };
  }
  try {
    if (condition !== null && !isTruthy(evaluate(condition, read))) return null;
    if (isTruthy(evaluate(asserted, read))) return 'checks.yaml';
    return { path, message: filled(message, read), ...(path === '' ? { range } : {}) };
  } catch (error) {
    if (error instanceof ExpressionError) {
      const said = `checks.yaml: ${id} cannot be computed: ${error.message}.`;
      return { path: '', range, severity: 'warning', message: said };
    }
    throw error;
  }
}

function meantBy(unknown: string): string {
  const cut = unknown.lastIndexOf('.');
  const names = [...(nodeOf(unknown.slice(0, Math.max(cut, 0)))?.children.keys() ?? [])];
  const meant = nearest(unknown.slice(cut + 1), names);
  return meant === null ? '.' : `: did you mean ${unknown.slice(0, cut + 1)}${meant}?`;
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

/** Every config path that an expression reads, in order. */
function pathsIn(expression: Expression): readonly string[] {
  return expression.kind === 'path' ? [expression.path] : operandsOf(expression).flatMap(pathsIn);
}

/** Without those that it only asks whether they exist. */
function takenPathsIn(expression: Expression): readonly string[] {
  if (expression.kind === 'call' && expression.name === 'exists') return [];
  return expression.kind === 'path' ? [expression.path] : operandsOf(expression).flatMap(takenPathsIn);
}

function operandsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'binary':
      return [expression.left, expression.right];
    case 'call':
      return [expression.argument];
    case 'not':
    case 'negate':
      return [expression.operand];
    case 'list':
      return expression.items;
    case 'literal':
    case 'path':
      return [];
  }
}
