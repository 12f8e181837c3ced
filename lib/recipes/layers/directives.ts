import { failAt, type TokenStream } from './token-stream';
import type { Token } from './token';
import { CORE } from './yaml-node';

/** Tag handles: what `!!` and `!name!` stand for in a document. */
export type Handles = ReadonlyMap<string, string>;

export const DEFAULT_HANDLES: Handles = new Map([
  ['!', '!'],
  ['!!', CORE],
]);

/** Reads directives and `---`. Null at the end of the file, where no document begins. */
export function startDocument(tokens: TokenStream): Handles | null {
  while (tokens.take('document-end'));
  if (tokens.at('stream-end')) return null;
  const handles = new Map(DEFAULT_HANDLES);
  const seen = new Set<string>();
  while (tokens.at('directive')) readDirective(tokens.next(), seen, handles);
  if (!tokens.take('document-start')) tokens.failExpecting('---');
  return handles;
}

function readDirective(found: Token, seen: Set<string>, handles: Map<string, string>): void {
  if (found.pair === null) return;
  const [first, second] = found.pair;
  const name = found.value === 'YAML' ? '%YAML' : (first ?? '');
  if (seen.has(name)) failAt(found, 'This directive is given twice.');
  seen.add(name);
  if (found.value === 'TAG') handles.set(name, second);
  else if (first !== '1') failAt(found, 'Only YAML 1.x can be read.');
}
