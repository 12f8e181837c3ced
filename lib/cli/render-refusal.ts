import path from 'node:path';
import { PreflightError } from '@/lib/launch/preflight-error';
import type { AppError } from '@/lib/shared/app-error';
import { renderDiagnostic } from './render-diagnostic';

/** A foreseen refusal for the eye: the message, and for a recipe the places with their lines. */
export function renderRefusal(
  error: AppError,
  place: { readonly cwd: string; readonly recipesDir: string },
): string {
  if (!(error instanceof PreflightError)) return `error: ${error.message}`;
  const fileName = createFileName(place);
  const { checks, diagnostics } = error.preflight;
  const problems = diagnostics
    .filter(({ severity }) => severity === 'error')
    .map((diagnostic) => renderDiagnostic(diagnostic, error.files, fileName));
  const said = new Set(diagnostics.map(({ message }) => message));
  const failed = checks
    .filter(({ status, detail }) => status === 'failed' && !said.has(detail))
    .map(({ title, detail }) => `error: ${title}: ${detail}`);
  return [...problems, ...failed, 'The run was not launched.'].join('\n');
}

/** Layers as the reader can open them: from the current folder where that is shorter to say. */
export function createFileName(place: {
  readonly cwd: string;
  readonly recipesDir: string;
}): (file: string) => string {
  return (file) => {
    const absolute = path.join(place.recipesDir, file);
    const relative = path.relative(place.cwd, absolute);
    return relative.startsWith('..') ? absolute : relative;
  };
}
