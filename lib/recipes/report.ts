import type { Diagnostic, SourceRange } from './diagnostic';
import type { Failure, Problem } from './failure';
import { type ConfigNode, interpolationText } from './nodes/config-node';

/** A composition error or warning as a diagnostic. */
export function reportProblem(problem: Problem, severity: Diagnostic['severity']): Diagnostic {
  return {
    code: problem.class,
    severity,
    message: problem.message,
    path: problem.key ?? null,
    range: problem.range ?? null,
    ...(severity === 'error' ? { reference: referenceOf(problem, 'compose') } : {}),
  };
}

function referenceOf(problem: Problem, phase: 'compose' | 'resolve'): NonNullable<Diagnostic['reference']> {
  const { class: name, key, missing } = problem;
  return {
    class: name,
    phase,
    ...(key === undefined ? {} : { key }),
    ...(missing === undefined ? {} : { missing }),
  };
}

/** A value that could not be resolved; it points at the text that asked for it. */
export function reportUnresolved(
  { failure, node }: { readonly failure: Failure; readonly node: ConfigNode },
  files: Readonly<Record<string, string>>,
): Diagnostic {
  const { problem } = failure;
  const range = problem.range ?? node.origin.source;
  const fix = envFix(problem, node, files);
  return {
    code: problem.class,
    severity: 'error',
    message: problem.message,
    path: problem.key ?? null,
    range,
    ...(fix === undefined ? {} : { fix }),
    reference: referenceOf(problem, 'resolve'),
  };
}

const PLAIN_NAME = /\$\{([A-Z][A-Z0-9_]*)\}/;

/** `${NEXRL_DATA_PATH}` looks like a shell variable: the author meant the environment. */
function envFix(
  problem: Problem,
  node: ConfigNode,
  files: Readonly<Record<string, string>>,
): Diagnostic['fix'] {
  const { source } = node.origin;
  if (problem.class !== 'interp_key' || source === null) return undefined;
  const match = PLAIN_NAME.exec(interpolationText(node) ?? '');
  const name = match?.[1];
  const place = name === undefined ? null : find(source, `\${${name}}`, files);
  if (name === undefined || place === null) return undefined;
  const text = `\${oc.env:${name}}`;
  const edits = [{ ...place, text }];
  return { title: `Read the environment variable: ${text}`, change: { kind: 'edits', edits } };
}

function find(range: SourceRange, text: string, files: Readonly<Record<string, string>>): SourceRange | null {
  const start = (files[range.file] ?? '').indexOf(text, range.start);
  return start === -1 || start >= range.end ? null : { file: range.file, start, end: start + text.length };
}
