import { randomUUID } from 'node:crypto';
import { createRecipeFiles } from '@/lib/recipe-files/recipe-files';
import { RehearsalScale } from '@/lib/rehearsal/rehearsal-scale';
import { EXIT, type ExitCode } from '../exit-code';
import { renderPreflight } from '../render-preflight';
import { createFileName } from '../render-refusal';
import { resolveEntry } from '../resolve-entry';
import type { CommandContext } from '../session';
import { withSession } from '../with-session';

/** `galley preflight <entry> [overrides…]`: every check of a launch, and no launch. */
export function preflightCommand(
  context: CommandContext,
  typed: { readonly entry: string; readonly overrides: readonly string[] },
  options: { readonly json?: boolean; readonly rehearse?: boolean },
): Promise<ExitCode> {
  const { io, env } = context;
  const entry = resolveEntry(typed.entry, { cwd: io.cwd, root: env.root, recipesDir: env.recipesDir });
  return withSession(context, async ({ launcher }) => {
    const { overrides } = typed;
    const request = { entry, overrides, idempotencyKey: randomUUID() };
    const rehearsal = options.rehearse === true ? { rehearsal: RehearsalScale.parse({}) } : {};
    const preflight = await launcher.preflight({ ...request, ...rehearsal });
    const { ok, checks, diagnostics, totalSteps } = preflight;
    const substitutions = preflight.rehearsal?.substitutions;
    if (options.json === true)
      io.out(JSON.stringify({ entry, ok, totalSteps, checks, diagnostics, substitutions }, null, 2));
    else {
      const files = await createRecipeFiles(env.recipesDir).layers();
      io.out(renderPreflight(preflight, files, createFileName({ cwd: io.cwd, recipesDir: env.recipesDir })));
    }
    return ok ? EXIT.done : EXIT.badInput;
  });
}
