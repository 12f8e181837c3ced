import type { SaveConflict } from '@/lib/recipe-files/recipe-files';
import type { ActionError } from '@/lib/shared/app-error';
import type { Result } from '@/lib/shared/result';
import type { DiskFile } from './studio-state';

export type LaunchPlan = {
  readonly entry: string;
  readonly overrides: readonly string[];
  readonly name?: string;
  readonly idempotencyKey: string;
  /** The embedded service stands in for the variant's own; what is not said is at its default. */
  readonly rehearsal?: { readonly steps?: number };
};

/** What the studio asks of the server; given by the page, so that a test can stand in for it. */
export type StudioActions = {
  readonly save: (request: {
    readonly path: string;
    readonly text: string;
    readonly ifMatch: string | null;
    /** What the version says of itself. */
    readonly message?: string;
  }) => Promise<Result<Result<DiskFile, SaveConflict>, ActionError>>;
  readonly launch: (plan: LaunchPlan) => Promise<Result<{ readonly id: number }, ActionError>>;
};
