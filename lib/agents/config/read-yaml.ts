import { readFile } from 'node:fs/promises';
import { LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { AppError } from '@/lib/shared/app-error';

/** A YAML file as `schema` has it. Rejects with an `AppError` whose message begins with file and line. */
export async function readYaml<T>(
  file: string,
  schema: z.ZodType<T>,
  { label, namedBy }: { readonly label: string; readonly namedBy: string },
): Promise<T> {
  const text = await readText(file, namedBy);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [broken] = document.errors;
  if (broken !== undefined) {
    const message = broken.message.split('\n')[0] ?? '';
    throw new AppError('invalid_input', `${label}:${lines.linePos(broken.pos[0]).line}: ${message}`);
  }
  const parsed = schema.safeParse(document.toJS());
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => {
    const key = path.map(String).join('.');
    return `${label}:${lines.linePos(offsetOf(document, path)).line}: ${key === '' ? 'the file' : key}: ${message}`;
  });
  throw new AppError('invalid_input', problems.join('\n'));
}

/** Rejects with an `AppError` that names the setting. */
export async function readText(file: string, namedBy: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const message = `${namedBy} names ${file}, which cannot be read. Put the file there, or correct the path.`;
    throw new AppError('not_found', message, { cause: error });
  }
}

/** Where the value at a path begins, or the nearest one around it that exists. */
function offsetOf(document: ReturnType<typeof parseDocument>, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length--) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)) {
      const range: readonly unknown[] = node.range;
      const [start] = range;
      if (typeof start === 'number') return start;
    }
  }
  return 0;
}
