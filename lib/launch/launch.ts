import type { RunRehearsal } from '@/lib/domain/rehearsal';
import type { Run, RunId } from '@/lib/domain/run';
import type { Diagnostic } from '@/lib/recipes/diagnostic';
import type { VariantEnvironment } from '@/lib/recipes/environment/compose-variant';
import type { RehearsalScale } from '@/lib/rehearsal/rehearsal-scale';

export type LaunchRequest = {
  /** From the recipes root: `pig_latin/embedded.yaml`. */
  readonly entry: string;
  /** Hydra's command-line grammar. */
  readonly overrides: readonly string[];
  readonly name?: string;
  readonly idempotencyKey: string;
  /** The embedded service stands in for the variant's own, with a plan so small. */
  readonly rehearsal?: RehearsalScale;
};

export type PreflightCheck = {
  readonly id: string;
  readonly title: string;
  /** `failed` blocks a launch; `note` is worth knowing and no worry; `running` = its verdict is yet to come. */
  readonly status: 'passed' | 'note' | 'warning' | 'failed' | 'running';
  /** What was found, on what, and what to do next. */
  readonly detail: string;
  /** Config key concerned, if one is: where a click leads in the editor. */
  readonly path: string | null;
};

export type Preflight = {
  readonly ok: boolean;
  readonly checks: readonly PreflightCheck[];
  readonly diagnostics: readonly Diagnostic[];
  readonly totalSteps: number | null;
  /** Where the run's environment comes from. */
  readonly environment?: VariantEnvironment;
  /** What a rehearsal would run otherwise. */
  readonly rehearsal?: RunRehearsal;
};

export type OnChecks = (checks: readonly PreflightCheck[]) => void;

/** The one way to start and restart runs, shared by web and CLI. */
export type Launcher = {
  /** `onChecks` hears of the checks so far, each time one is done or begins. */
  preflight(request: LaunchRequest, onChecks?: OnChecks): Promise<Preflight>;
  /** Preflight, store, start the run process. Refuses with `AppError('unprocessable')` when a check failed. */
  launch(request: LaunchRequest): Promise<Run>;
  /** Continues a stopped, failed, lost or finished run from its last checkpoint in a new process. */
  resume(id: RunId): Promise<Run>;
};
