import { Certificate } from '@/lib/domain/rehearsal';
import type { RunId } from '@/lib/domain/run';
import { type Env, secretsOfProcess } from '@/lib/env';
import type { RunAlerts } from '@/lib/health/watch-run';
import { redact } from '@/lib/recipes/environment/mask-secrets';
import type { RecipeConfig } from '@/lib/recipes/recipe-config';
import { writeCertificate } from '@/lib/rehearsal/certificate-file';
import type { Evidence } from '@/lib/rehearsal/evidence';
import { hasHeldOut } from '@/lib/rehearsal/rehearsal-scale';
import { isPassed, judge } from '@/lib/rehearsal/judge';
import { openRehearsal } from '@/lib/rehearsal/open-rehearsal';
import { createRecorder, type Recorder } from '@/lib/rehearsal/recorder';
import type { RecipeSnapshot } from '@/lib/run-store/run-store';
import type { ServiceContext, Services } from '@/lib/services/open-services';

/** What a run process does otherwise when its run is a rehearsal. */
export type RehearsedRun = {
  readonly recorder: Recorder;
  /** In the place of alerts: nobody is called, and the certificate is written at the run's end. */
  readonly alerts: RunAlerts;
  readonly open: (config: RecipeConfig, context: ServiceContext) => Promise<Services>;
};

/** Null for a run that is none. */
export function openRehearsedRun(
  env: Env,
  runId: RunId,
  { entry, resolved, rehearsal }: RecipeSnapshot,
): RehearsedRun | null {
  if (rehearsal === undefined) return null;
  const recorder = createRecorder(hasHeldOut(resolved));
  const certify = (evidence: Readonly<Evidence>): void => {
    const checks = judge(evidence, rehearsal.protocol);
    const certificate = Certificate.parse({
      version: 1,
      runId,
      entry,
      backend: rehearsal.backend,
      protocol: rehearsal.protocol,
      madeAt: new Date().toISOString(),
      ok: isPassed(checks),
      checks: checks.map((check) => ({ ...check, evidence: redact(check.evidence, secretsOfProcess()) })),
      notExercised: rehearsal.substitutions,
    });
    writeCertificate(env.dataDir, runId, certificate);
  };
  return {
    recorder,
    alerts: {
      overhear: (writer) => recorder.overhear(writer, certify),
      close: () => Promise.resolve(),
    },
    open: (config, context) => openRehearsal(rehearsal.backend, config, context),
  };
}
