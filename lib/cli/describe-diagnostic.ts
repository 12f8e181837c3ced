import type { Diagnostic } from '@/lib/recipes/diagnostic';
import { locate } from './render-diagnostic';

/** A diagnostic as JSON for other programs: 1-based line and column instead of offsets, and the title of its fix. */
export function describeDiagnostic(
  { code, severity, message, path, range, fix }: Diagnostic,
  files: Readonly<Record<string, string>>,
): unknown {
  const about = { code, severity, message, path, fix: fix?.title ?? null };
  const text = range === null ? undefined : files[range.file];
  if (range === null || text === undefined) return { ...about, file: null };
  const { line, column } = locate(text, range);
  return { ...about, file: range.file, line, column };
}
