import { Failure } from '@/lib/recipes/failure';
import { constructLayer } from './construct-layer';
import type { LayerNode } from './layer-node';
import { parseByBlocks } from './parse-blocks';
import { parseYaml } from './parse-yaml';

/** What a YAML text holds. `null` stands for an empty text. */
export type ParsedYaml =
  { readonly ok: true; readonly root: LayerNode | null } | { readonly ok: false; readonly failure: Failure };

/** Unchanged layers are the common case while a person types in one of them; texts are small. */
const KEPT = 64;
const parsed = new Map<string, ParsedYaml>();

/** Text → typed values with places, or the first YAML error. Remembered by content; ranges carry no file name. */
export function parseLayer(text: string): ParsedYaml {
  const known = parsed.get(text);
  if (known !== undefined) {
    parsed.delete(text);
    parsed.set(text, known);
    return known;
  }
  const fresh = parse(text);
  parsed.set(text, fresh);
  if (parsed.size > KEPT) {
    const [oldest] = parsed.keys();
    if (oldest !== undefined) parsed.delete(oldest);
  }
  return fresh;
}

function parse(text: string): ParsedYaml {
  const byBlocks = parseByBlocks(text);
  return byBlocks === null ? parseWhole(text) : { ok: true, root: byBlocks };
}

/** Without looking at what is remembered. */
export function parseWhole(text: string): ParsedYaml {
  try {
    const root = parseYaml(text);
    return { ok: true, root: root === null ? null : constructLayer(root) };
  } catch (error) {
    if (error instanceof Failure) return { ok: false, failure: error };
    throw error;
  }
}
