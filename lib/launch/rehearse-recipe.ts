import type { RunRehearsal } from '@/lib/domain/rehearsal';
import type { Diagnostic } from '@/lib/recipes/diagnostic';
import { rehearseConfig } from '@/lib/rehearsal/rehearse-config';
import type { RehearsalScale } from '@/lib/rehearsal/rehearsal-scale';
import { err, ok, type Result } from '@/lib/shared/result';
import { type ComposedRecipe, composeRecipe } from './compose-recipe';

type Places = Parameters<typeof composeRecipe>[0];
type Request = Parameters<typeof composeRecipe>[1];

/** What the environment script still lacks matters to a launch alone: a rehearsal does not run it. */
const OF_THE_SCRIPT = ['env-placeholder', 'env-line-ends', 'env-unknown-until-run'];
/** Read by clients whatever the recipe says. */
const OF_ACCOUNTS = ['TINKER_API_KEY', 'TINKER_BASE_URL', 'WEAVER_API_KEY', 'WEAVER_BASE_URL'];

export type StoodIn = {
  readonly recipe: ComposedRecipe;
  /** Variables that nothing sets. */
  readonly standIns: readonly string[];
};

/** Composes as for a launch, with a stand-in for every variable that is not known; most belong to what is substituted. */
export async function composeForRehearsal(places: Places, request: Request): Promise<StoodIn> {
  const first = await composeRecipe(places, request);
  const standIns = first.environment.variables
    .filter(({ state }) => state === 'missing' || state === 'pending')
    .map(({ name }) => name);
  const recipe =
    standIns.length === 0
      ? first
      : await composeRecipe(places, request, {
          standIns: Object.fromEntries(standIns.map((name) => [name, { secret: true }])),
        });
  const isOfLaunch = ({ code }: Diagnostic): boolean => !OF_THE_SCRIPT.includes(code);
  const diagnostics = recipe.composed.diagnostics.filter(isOfLaunch);
  return { recipe: { ...recipe, composed: { ...recipe.composed, diagnostics } }, standIns };
}

/** Why a recipe cannot be rehearsed, and the key that says so. */
export type NotRehearsed = { readonly message: string; readonly path: string | null };

/** The configuration that a rehearsal runs, or the key that keeps it from being rehearsed and why. */
export function rehearsalOf(
  resolved: unknown,
  { recipe, standIns }: StoodIn,
  scale: RehearsalScale,
): Result<{ readonly resolved: unknown; readonly rehearsal: RunRehearsal }, NotRehearsed> {
  const rehearsed = rehearseConfig(resolved, scale);
  if (!rehearsed.ok) return err({ message: rehearsed.error, path: 'service.inference_service.backend' });
  const { config, substitutions, backend, protocol } = rehearsed.value;
  const isSubstituted = (path: string): boolean =>
    substitutions.some(({ key }) => path === key || path.startsWith(`${key}.`) || path.startsWith(`${key}[`));
  const read = [...recipe.composed.provenance].flatMap(([path, { chain }]) =>
    namesIn(chain).map((name) => ({ name, path, isKept: !isSubstituted(path) })),
  );
  const kept = new Map(read.flatMap(({ name, path, isKept }) => (isKept ? [[name, path] as const] : [])));
  const [lacking] = standIns.filter((name) => kept.has(name));
  if (lacking !== undefined) {
    const path = kept.get(lacking) ?? null;
    const message = `${path ?? ''} needs the variable ${lacking}, which is not set, or is known only once the environment script has run. A rehearsal does not run it: set ${lacking} in the environment.`;
    return err({ message, path });
  }
  const withheld = [...new Set([...read.map(({ name }) => name), ...OF_ACCOUNTS])]
    .filter((name) => !kept.has(name))
    .toSorted();
  return ok({
    resolved: config,
    rehearsal: { backend, protocol, substitutions: [...substitutions], withheld },
  });
}

function namesIn(chain: readonly string[]): readonly string[] {
  return chain.flatMap((link) => (link.startsWith('env:') ? [link.slice('env:'.length)] : []));
}
