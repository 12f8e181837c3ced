import type { RunId } from '@/lib/domain/run';
import type { RunAnnotation } from '@/lib/domain/run-annotation';
import type { ActionError } from '@/lib/shared/app-error';
import type { Result } from '@/lib/shared/result';

type Action<Input> = (input: Input) => Promise<Result<null, ActionError>>;

/** What the server does for the runs table. */
export type RunTableActions = {
  readonly annotate: Action<{ readonly ids: readonly RunId[]; readonly change: RunAnnotation }>;
  readonly stop: Action<RunId>;
  readonly saveView: Action<{ readonly name: string; readonly query: string }>;
  readonly removeView: Action<string>;
};
