import { AppError } from '@/lib/shared/app-error';
import type { Preflight } from './launch';

/** A launch was refused; `message` names every failed check, `preflight` has them all. */
export class PreflightError extends AppError {
  readonly preflight: Preflight;
  /** Layers by path from the recipes root, as they were checked: diagnostics point into them. */
  readonly files: Readonly<Record<string, string>>;

  constructor(preflight: Preflight, files: Readonly<Record<string, string>>) {
    super('unprocessable', describe(preflight));
    this.name = 'PreflightError';
    this.preflight = preflight;
    this.files = files;
  }
}

function describe({ checks }: Preflight): string {
  const failed = checks.filter(({ status }) => status === 'failed');
  return failed.map(({ title, detail }) => `${title}: ${detail}`).join('\n');
}
