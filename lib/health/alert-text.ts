import type { Run, RunStatus } from '@/lib/domain/run';
import { formatNumber } from '@/lib/charts/format-value';
import type { Advisory } from '@/lib/insight/health/health';
import { statusWords } from '@/lib/insight/run-words';

type Named = Pick<Run, 'id' | 'name'>;

/** `Run 12, pig_latin embedded: Failed at step 40 of 300. The evaluator broke.` */
export function statusText(
  run: Named & Pick<Run, 'step' | 'totalSteps'>,
  status: RunStatus,
  reason: string | null,
): string {
  const at = `${statusWords(status).word} at step ${run.step} of ${run.totalSteps}.`;
  return `Run ${run.id}, ${run.name}: ${at}${reason === null ? '' : ` ${reason}`}`;
}

export function advisoryText(run: Named, { title, meaning, began, evidence }: Advisory): string {
  const figures = evidence.map(({ key, healthy, now }) =>
    healthy === null
      ? `${key} ${formatNumber(now.value)}`
      : `${key} ${formatNumber(now.value)} (healthy ${formatNumber(healthy.value)})`,
  );
  const numbers = figures.length === 0 ? '' : ` ${figures.join(', ')}.`;
  return `Run ${run.id}, ${run.name}: ${title}, since step ${began.step}. ${meaning}${numbers}`;
}
