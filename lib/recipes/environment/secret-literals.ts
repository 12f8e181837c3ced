import type { SourceRange } from '@/lib/recipes/diagnostic';
import type { LayerNode } from '@/lib/recipes/layers/layer-node';
import { parseLayer } from '@/lib/recipes/layers/parse-layer';
import { remember } from '@/lib/recipes/remember';
import { isHarmless } from './placeholder';
import { isSecretKey, isSecretVariable, secretMark, variableNameOf } from './secret-names';
import { tokenRanges } from './secret-shapes';

/** A secret that stands in a file in clear. Never show `value`. */
export type SecretLiteral = SourceRange & {
  /** The secret itself, without quotes. */
  readonly value: string;
  /** Name of the environment variable that should hold it. */
  readonly name: string;
  /** Where a person finds it: a config path or a variable; null inside a comment or another text. */
  readonly path: string | null;
  /** `value`: the whole value of a key; `part`: a piece of a value of a layer; `script`: what an assignment gives; `text`: anywhere else. */
  readonly form: 'value' | 'part' | 'script' | 'text';
};

type Place = Omit<SecretLiteral, 'file'>;

/** Every secret that a file holds in clear, in order. Works on text that is broken too. Remembered by file and text. */
export function secretLiterals(file: string, text: string): readonly SecretLiteral[] {
  return literalsIn(file)(text);
}

const literalsIn = remember(500, (file) => remember(4, (text) => findLiterals(file, text)));

function findLiterals(file: string, text: string): readonly SecretLiteral[] {
  if (!mayHoldSecrets(text)) return [];
  const lines = createLines(text);
  const named = (/\.ya?ml$/i.test(file) ? inLayer(text, lines) : inScript(file, text)).filter(
    ({ start }) => lines.mark(start) !== 'not-secret',
  );
  const tokens = tokenRanges(text).filter(
    ({ start, end }) =>
      lines.mark(start) !== 'not-secret' && !named.some((known) => start < known.end && end > known.start),
  );
  const values = /\.ya?ml$/i.test(file) && tokens.length > 0 ? scalarsOf(text) : [];
  const found = [...named, ...tokens.map((token) => placeToken(text, token, values))];
  return found.toSorted((a, b) => a.start - b.start).map((place) => ({ ...place, file }));
}

/** Most texts have nothing of the kind; they cost one scan. */
function mayHoldSecrets(text: string): boolean {
  return /key|token|secret|pass(word|wd|phrase)|credential|bearer|authorization|PAT|sk-|pk-|rk-|tml-|hf_|gh[pousr]_|glpat|A[KS]IA|xox|AIza|npm_|pypi|eyJ|PRIVATE|:\/\//i.test(
    text,
  );
}

/** The way to a value; spelled out for the few that matter. */
type Step = { readonly above: Step | null; readonly key: string };

type Scalar = {
  readonly step: Step | null;
  readonly start: number;
  readonly end: number;
  readonly text: string;
};

function inLayer(text: string, lines: Lines): readonly Place[] {
  const scalars = scalarsOf(text);
  return scalars.flatMap(({ step, start, end, text: value }) => {
    const isSecret = isSecretKey(keyOf(step)) || lines.mark(start) === 'secret';
    if (!isSecret || isHarmless(value) || value.includes('${')) return [];
    const path = pathOf(step);
    const name = variableNameOf(path.filter((key) => !INDEX.test(key)));
    return [{ start, end, value, name, path: path.join('.'), form: 'value' }];
  });
}

const INDEX = /^\d+$/;

/** The nearest key that is no index. */
function keyOf(step: Step | null): string {
  let at = step;
  while (at !== null && INDEX.test(at.key)) at = at.above;
  return at?.key ?? '';
}

function pathOf(step: Step | null): readonly string[] {
  return step === null ? [] : [...pathOf(step.above), step.key];
}

/** Every scalar of a layer with its path; of a broken text those that a look at single lines gives. */
function scalarsOf(text: string): readonly Scalar[] {
  const parsed = parseLayer(text);
  if (!parsed.ok) return scalarsByLine(text);
  const found: Scalar[] = [];
  const seen = new Set<LayerNode>();
  const walk = (node: LayerNode, step: Step | null): void => {
    // an alias stands for a node that has been seen where its anchor is
    if (seen.has(node)) return;
    seen.add(node);
    if (node.kind === 'map') {
      for (const { key, value } of node.entries) {
        walk(value, { above: step, key: key.kind === 'null' ? 'null' : String(key.value) });
      }
    }
    if (node.kind === 'list')
      node.items.forEach((item, index) => walk(item, { above: step, key: String(index) }));
    if (node.kind !== 'scalar') return;
    const { value, start, end } = node;
    if (value.kind === 'string' || value.kind === 'int' || value.kind === 'float') {
      found.push({ step, start, end, text: String(value.value) });
    }
  };
  if (parsed.root !== null) walk(parsed.root, null);
  return found;
}

const LINE = /^([ \t]*(?:- +)?)(["']?)([A-Za-z_][\w.-]*)\2[ \t]*:[ \t]+(\S.*)$/gm;

function scalarsByLine(text: string): readonly Scalar[] {
  return [...text.matchAll(LINE)].flatMap((match) => {
    const { 0: line, 3: key = '', 4: rest = '', index } = match;
    const [source = ''] = /^(?:"(?:[^"\\]|\\.)*"?|'[^']*'?|.*?(?=[ \t]+#|[ \t]*$))/.exec(rest) ?? [];
    if (/^[|>[{&*!]/.test(source)) return [];
    const start = index + line.length - rest.length;
    const step = key.split('.').reduce<Step | null>((above, name) => ({ above, key: name }), null);
    return [{ step, start, end: start + source.length, text: unquoted(source) }];
  });
}

const ASSIGNMENT =
  /(?:^|[\s;&(])(?:export[ \t]+|readonly[ \t]+|declare[ \t]+-\w+[ \t]+)?([A-Za-z_]\w*)\+?=((?:"(?:[^"\\]|\\[\s\S])*"|\$?'[^']*'|\\.|[^\s"'\\;&|)#]|(?<=\S)#)+)/g;

function inScript(file: string, text: string): readonly Place[] {
  if (!/\.(sh|env|bash)$|(^|\/)\.env/i.test(file)) return [];
  const lines = createLines(text);
  return [...text.matchAll(ASSIGNMENT)].flatMap((match) => {
    const { 0: whole, 1: name = '', 2: source = '', index } = match;
    const start = index + whole.length - source.length;
    const value = literalPart(source);
    const isMarked = lines.mark(start) === 'secret';
    if (lines.isComment(start) || !(isSecretVariable(name) || isMarked) || isHarmless(value)) return [];
    return [{ start, end: start + source.length, value, name, path: name, form: 'script' }];
  });
}

/** What an assignment gives by itself; empty when it takes its value from elsewhere. A default counts: it is text in the file. */
function literalPart(source: string): string {
  const bare = unquoted(source);
  const fallback = /^\$\{\w+:?[-=]([^${}]*)\}$/.exec(bare);
  if (fallback !== null) return unquoted(fallback[1] ?? '');
  return /[$`]/.test(bare) ? '' : bare;
}

function unquoted(source: string): string {
  const quoted = /^\$?(["'])([\s\S]*?)\1?$/.exec(source);
  return quoted === null ? source : (quoted[2] ?? '');
}

function placeToken(
  text: string,
  { start, end }: { readonly start: number; readonly end: number },
  values: readonly Scalar[],
): Place {
  const value = text.slice(start, end);
  const scalar = values.find((one) => one.start <= start && end <= one.end);
  if (scalar === undefined) return { start, end, value, name: 'SECRET', path: null, form: 'text' };
  const path = pathOf(scalar.step);
  const about = { name: variableNameOf(path.filter((key) => !INDEX.test(key))), path: path.join('.') };
  if (scalar.text.trim() === value)
    return { ...about, start: scalar.start, end: scalar.end, value, form: 'value' };
  return { ...about, start, end, value, form: 'part' };
}

type Lines = {
  /** What the line of an offset says of itself. */
  mark(offset: number): ReturnType<typeof secretMark>;
  isComment(offset: number): boolean;
};

function createLines(text: string): Lines {
  const lineAt = (offset: number): string => {
    const end = text.indexOf('\n', offset);
    return text.slice(text.lastIndexOf('\n', offset - 1) + 1, end === -1 ? undefined : end);
  };
  // most texts mark nothing, and every value asks
  const hasMarks = /#.*secret/i.test(text);
  return {
    mark: (offset) => (hasMarks ? secretMark(lineAt(offset)) : null),
    isComment: (offset) => lineAt(offset).trimStart().startsWith('#'),
  };
}
