import { toast } from 'sonner';
import type { Diagnostic, Fix } from '@/lib/recipes/diagnostic';
import { applyEdits } from '@/lib/recipes/edits/apply-edits';
import { unsetName } from '@/lib/recipes/environment/environment-diagnostics';
import type { AskLanguage } from './preview';
import { currentText } from './studio-state';
import type { StudioEnvironment } from './use-environment';
import type { Studio } from './use-studio';

export type Fixing = {
  readonly environment: StudioEnvironment;
  readonly onGiveValue: (variable: string) => void;
  readonly ask: AskLanguage;
};

/** What a problem's correction does, wherever it was chosen: edits, a secret stored, a value asked for. */
export function fixer(
  studio: Studio,
  { environment, onGiveValue, ask }: Fixing,
): (problem: Diagnostic) => void {
  return (problem) => {
    const unset = unsetName(problem.message);
    if (problem.code === 'literal-secret') void environment.moveSecret(problem, studio);
    else if (unset !== null && problem.fix?.change.kind === 'ask') onGiveValue(unset);
    else if (problem.fix !== undefined) void edit(studio, problem.fix, ask);
  };
}

async function edit(studio: Studio, fix: Fix, ask: AskLanguage): Promise<void> {
  const before = studio.latest().files;
  const edits = await ask('fix', fix);
  if (edits.length === 0) toast.error('No edit of the layers does this by itself. Change the value by hand.');
  for (const path of new Set(edits.map(({ file }) => file))) {
    const [asked, file] = [before[path], studio.latest().files[path]];
    if (asked === undefined || file === undefined) {
      toast.error(`${path} is not open here. Open it, and choose the fix again.`);
    } else if (currentText(file) !== currentText(asked)) {
      toast.error(`${path} has changed meanwhile. Choose the fix again.`);
    } else {
      const own = edits.filter((one) => one.file === path);
      studio.dispatch({ kind: 'replaced', path, text: applyEdits(currentText(file), own) });
    }
  }
}
