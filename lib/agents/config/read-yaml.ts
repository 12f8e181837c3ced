import { readFile } from 'node:fs/promises';
import { LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { AppError } from '@/lib/shared/app-error';
import { fillVariables } from './fill-variables';

/** A YAML file's value, and where its parts stand. */
export type LocatedYaml<T> = {
  readonly value: T;
  /** `agent_config.yaml:12: tools.0.binding`, for a message that begins with its place. */
  readonly at: (...path: readonly (string | number)[]) => string;
};

export type ReadYamlOptions = {
  /** Of the file, for messages. */
  readonly label: string;
  /** What names the file, for messages. */
  readonly namedBy: string;
  /** For `${env.NAME}`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
};

/** A YAML file as `schema` has it. Rejects with an `AppError` whose message begins with file and line. */
export async function readYaml<T>(
  file: string,
  schema: z.ZodType<T>,
  { label, namedBy, environment }: ReadYamlOptions,
): Promise<LocatedYaml<T>> {
  const text = fillVariables(await readText(file, namedBy), { file, label, environment });
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [broken] = document.errors;
  if (broken !== undefined) {
    const message = broken.message.split('\n')[0] ?? '';
    throw new AppError('invalid_input', `${label}:${lines.linePos(broken.pos[0]).line}: ${message}`);
  }
  const at: LocatedYaml<T>['at'] = (...path) => {
    const { line } = lines.linePos(offsetOf(document, path));
    return `${label}:${line}: ${path.length === 0 ? 'the file' : path.join('.')}`;
  };
  const parsed = schema.safeParse(document.toJS());
  if (parsed.success) return { value: parsed.data, at };
  const problems = parsed.error.issues.map(({ path, message }) => {
    const place = path.map((part) => (typeof part === 'number' ? part : String(part)));
    return `${at(...place)}: ${message}`;
  });
  throw new AppError('invalid_input', problems.join('\n'));
}

/** Rejects with an `AppError` that begins with what names the file. */
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
