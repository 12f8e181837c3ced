import { Failure } from '@/lib/recipes/failure';

/** Only this much of a file is searched for a header, as in Hydra. */
const SEARCHED = 512;
const HEADER_LINE = /^\s*#\s*@/;
const LINE_ENDS = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/;

/** The package of a `# @package name` line at the very top of a layer; null without one. */
export function packageHeader(text: string): string | null {
  let found: string | null = null;
  let start = 0;
  for (const line of text.slice(0, SEARCHED).split(LINE_ENDS)) {
    const trimmed = line.trim();
    if (trimmed !== '' && !HEADER_LINE.test(trimmed)) return found;
    if (trimmed !== '') found = headerOf(trimmed, { start, end: start + line.length }) ?? found;
    start += line.length + 1;
  }
  return found;
}

function headerOf(line: string, place: { start: number; end: number }): string | null {
  const words = line
    .replace(/^#+/, '')
    .trim()
    .split(' ')
    .filter((word) => word !== '');
  const [key = '', value] = words;
  if (words.length !== 2 || value === undefined)
    throw new Failure({
      class: 'package_header',
      message: 'Write the header as "# @package name", nothing else on the line.',
      range: { file: '', ...place },
    });
  if (key.trim() !== '@package') return null;
  const name = value.trim();
  return name === '_global_' || name.startsWith('_global_.') ? name : `_global_.${name}`;
}
