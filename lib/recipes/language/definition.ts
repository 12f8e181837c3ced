import type { SourceRange } from '@/lib/recipes/diagnostic';
import { classesIn } from './complete-files';
import { entryAt } from './cursor';
import { type InterpolationSpan, spansIn } from './interpolation-spans';
import { keyRange, type LanguageFacts, mountOf, winnerOf } from './language-facts';
import { folderOf, layerFile, normalPath, withoutEnding } from './layer-file';
import type { ConfigPath, OutlineEntry, TextRange } from './outline';
import { stepsOf, targetOf } from './path-steps';

/** Where a word leads, and the range of the word itself. */
export type Definition = { readonly from: TextRange; readonly to: SourceRange };

export function definitionAt(facts: LanguageFacts, file: string, offset: number): Definition | null {
  const text = facts.layers[file];
  const found = text === undefined ? null : entryAt(text, offset);
  if (text === undefined || found === null) return null;
  const { entry, part } = found;
  if (entry.path[0] === 'defaults') return ofDefault(facts, file, entry);
  const own = [...mountOf(facts, file), ...entry.path];
  if (part === 'key') return ofKey(facts, entry, own);
  const span = spanAt(text, entry, offset);
  if (span !== null) return ofInterpolation(facts, { text, span, own, offset });
  return ofFile(facts, entry);
}

/** The innermost interpolation under the cursor. */
export function spanAt(text: string, entry: OutlineEntry, offset: number): InterpolationSpan | null {
  if (entry.value === null) return null;
  const spans = spansIn(text, entry.value).filter(({ start, end }) => start <= offset && offset <= end);
  return spans.at(-1) ?? null;
}

/** A key leads to the layer whose value counts, if that is another one. */
function ofKey(facts: LanguageFacts, { key }: OutlineEntry, path: ConfigPath): Definition | null {
  const winner = winnerOf(facts, path);
  return winner === null || key === null ? null : { from: key, to: keyRange(winner) };
}

function ofInterpolation(
  facts: LanguageFacts,
  question: { text: string; span: InterpolationSpan; own: ConfigPath; offset: number },
): Definition | null {
  const { text, span, own, offset } = question;
  if (span.variable !== null) return ofVariable(facts, text, span.variable);
  if (span.path === null) return null;
  const { dots, steps } = stepsOf(text, span.path);
  // the cursor on `data` of `data.batch_size` means the section
  const upTo = steps.findIndex(({ end }) => offset <= end);
  const meant = upTo === -1 ? steps : steps.slice(0, upTo + 1);
  const target = targetOf(own, { dots, steps: meant });
  const place = target === null ? null : winnerOf(facts, target);
  const first = meant[0]?.start ?? span.path.start;
  return place === null
    ? null
    : { from: { start: first, end: meant.at(-1)?.end ?? span.path.end }, to: keyRange(place) };
}

/** The line that exports a variable, in the script of the variant in view first. */
function ofVariable({ others, entry }: LanguageFacts, text: string, from: TextRange): Definition | null {
  const name = text.slice(from.start, from.end);
  const own = entry === null ? '' : `${withoutEnding(entry)}.env.sh`;
  const scripts = Object.keys(others)
    .filter((path) => path.endsWith('.sh'))
    .toSorted((a, b) => Number(b === own) - Number(a === own));
  for (const path of scripts) {
    const match = new RegExp(`^\\s*(?:export\\s+)?(${name})=`, 'm').exec(others[path] ?? '');
    if (match === null) continue;
    const start = match.index + match[0].length - 1 - name.length;
    return { from, to: { file: path, start, end: start + name.length } };
  }
  return null;
}

function ofDefault({ layers }: LanguageFacts, file: string, entry: OutlineEntry): Definition | null {
  const { kind, path, text, value } = entry;
  if (value === null || kind !== 'scalar' || text === '_self_') return null;
  // `optional db@pkg: pg`
  const group = path.length > 2 ? String(path.at(-1)).split(' ').at(-1)?.replace(/@.*$/, '') : undefined;
  const target = layerFile(folderOf(file), group === undefined ? text : `${group}/${text}`);
  return Object.hasOwn(layers, target) ? { from: value, to: { file: target, start: 0, end: 0 } } : null;
}

const MODULE = /^([\w./-]+\.(?:ts|js|mjs|py))(?::([A-Za-z_]\w*))?$/;

/** A file of the recipe that a value names: an evaluator with its class, an agent's configuration. */
function ofFile({ paths, recipe, others }: LanguageFacts, { text, value }: OutlineEntry): Definition | null {
  const named = MODULE.exec(text);
  const path = `${recipe}/${normalPath(named?.[1] ?? text)}`;
  if (value === null || !paths.includes(path) || /\.(parquet|csv|jsonl)$/.test(path)) return null;
  const code = others[path] ?? '';
  const found = classesIn(code).find(({ name }) => name === named?.[2]);
  if (found === undefined) return { from: value, to: { file: path, start: 0, end: 0 } };
  const lineEnd = code.indexOf('\n', found.offset);
  return {
    from: value,
    to: { file: path, start: found.offset, end: lineEnd === -1 ? code.length : lineEnd },
  };
}
