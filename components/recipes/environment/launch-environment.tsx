import type { VariantEnvironment } from '@/lib/recipes/environment/compose-variant';

/** What a launch does before the run: the script that it runs, and what that gives. */
export function LaunchEnvironment({ environment }: { environment: VariantEnvironment }) {
  const { script, sets, placeholders, variables } = environment;
  const fromStore = variables.filter(({ isSecret, state }) => isSecret && state === 'secret').length;
  return (
    <section aria-label="Environment" className="mt-3 break-words">
      <h3 className="text-sm text-muted">Environment</h3>
      {script === null ? (
        <p>as Galley was started{fromStore === 0 ? '' : ', with the secret store'}</p>
      ) : (
        <>
          <p className="font-mono text-sm">{script}</p>
          {placeholders.length === 0 ? (
            <p className="text-sm">
              {sets.length === 0 ? 'sets nothing that a look at it shows' : `sets ${sets.join(', ')}`}
            </p>
          ) : (
            <p className="text-sm text-error">
              is not run: {placeholders.length} {placeholders.length === 1 ? 'placeholder' : 'placeholders'}{' '}
              to fill in ({[...new Set(placeholders.map(({ name }) => name ?? 'a path'))].join(', ')})
            </p>
          )}
        </>
      )}
    </section>
  );
}
