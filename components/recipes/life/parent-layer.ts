import { parseLayer } from '@/lib/recipes/layers/parse-layer';

/** Path of a layer that stands for all that a variant builds upon. It lies beside the variant, so names lead to the same files. */
export function parentLayer(entry: string): string {
  return `${entry.slice(0, entry.lastIndexOf('/') + 1)}parents of ${entry.slice(entry.lastIndexOf('/') + 1)}`;
}

/** The list of defaults of a layer and nothing of its own. */
export function parentText(text: string): string {
  const parsed = parseLayer(text);
  if (!parsed.ok || parsed.root?.kind !== 'map') return '';
  const entry = parsed.root.entries.find(({ key }) => key.kind === 'string' && key.value === 'defaults');
  if (entry === undefined) return '';
  const lineStart = text.lastIndexOf('\n', entry.value.start - 1) + 1;
  const isBlock = entry.value.start > text.indexOf('\n', entry.keyEnd) && text.includes('\n');
  const list = isBlock
    ? text.slice(lineStart, entry.value.end)
    : text.slice(entry.value.start, entry.value.end);
  return `defaults:${isBlock ? '\n' : ' '}${list}\n`;
}
