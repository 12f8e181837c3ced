import type { Diagnostic } from '@/lib/recipes/diagnostic';
import { applyEdits } from '@/lib/recipes/edits/apply-edits';
import { unsetName } from '@/lib/recipes/environment/environment-diagnostics';
import { currentText } from './studio-state';
import type { StudioEnvironment } from './use-environment';
import type { Studio } from './use-studio';

export type Fixing = {
  readonly environment: StudioEnvironment;
  readonly onGiveValue: (variable: string) => void;
};

/** What a problem's correction does, wherever it was chosen: edits, a secret stored, a value asked for. */
export function fixer(studio: Studio, { environment, onGiveValue }: Fixing): (problem: Diagnostic) => void {
  return (problem) => {
    const unset = unsetName(problem.message);
    if (problem.code === 'literal-secret') void environment.moveSecret(problem, studio);
    else if (unset !== null && problem.fix?.edits.length === 0) onGiveValue(unset);
    else edit(studio, problem);
  };
}

function edit(studio: Studio, { fix }: Diagnostic): void {
  const edits = fix?.edits ?? [];
  for (const path of new Set(edits.map(({ file }) => file))) {
    const file = studio.state.files[path];
    if (file === undefined) continue;
    const text = applyEdits(
      currentText(file),
      edits.filter((one) => one.file === path),
    );
    studio.dispatch({ kind: 'replaced', path, text });
  }
}
