import type { VariantEnvironment } from '@/lib/recipes/environment/compose-variant';
import type { PreflightCheck } from './launch';

/** What the launch will do to get the run's environment; nothing to say of a variant without a script. */
export function checkEnvironment({ script, sets }: VariantEnvironment): readonly PreflightCheck[] {
  if (script === null) return [];
  const names = sets.length === 0 ? 'nothing that a look at it shows' : sets.join(', ');
  const detail = `${script} runs in bash at the launch, in the recipe's folder; it sets ${names}.`;
  return [{ id: 'environment', title: 'Environment', status: 'passed', detail, path: null }];
}

/** A check of a value that only the script gives is made again at the launch; until then it is no refusal. */
export function untilTheScriptRan(
  checks: readonly PreflightCheck[],
  { variables }: VariantEnvironment,
): readonly PreflightCheck[] {
  const pending = variables.filter(({ state }) => state === 'pending').map(({ name }) => name);
  return checks.map((check) => {
    const name = pending.find(
      (one) =>
        check.detail.includes(`oc.env:${one}`) ||
        check.detail.includes(`environment variable ${one} is not set`),
    );
    if (name === undefined || check.status !== 'failed') return check;
    const detail = `${name} is known once the environment script has run; this is checked at the launch.`;
    return { ...check, status: 'warning', detail };
  });
}
