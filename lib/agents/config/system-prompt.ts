import { Template } from '@huggingface/jinja';
import { AppError } from '@/lib/shared/app-error';

/**
 * A system prompt with its variables filled in: Jinja, as NexAU has it. An unknown variable is an error, since an empty
 * place in a prompt goes unnoticed for a whole run.
 */
export function renderSystemPrompt(
  template: string,
  { label, variables }: { readonly label: string; readonly variables: Readonly<Record<string, unknown>> },
): string {
  const missing = variablesOf(template).filter((name) => !(name in variables));
  if (missing.length > 0) {
    const known = Object.keys(variables).sort().join(', ');
    const names = missing.map((name) => `{{${name}}}`).join(', ');
    throw new AppError('invalid_input', `${label} uses ${names}; what it can use: ${known}.`);
  }
  try {
    return new Template(template).render({ ...variables });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppError('invalid_input', `${label} is not a valid template: ${reason}`, { cause: error });
  }
}

/** Names of plain `{{ name }}` places; expressions and blocks are left to Jinja. */
function variablesOf(template: string): readonly string[] {
  return [...template.matchAll(/\{\{-?\s*([A-Za-z_]\w*)\s*-?\}\}/g)].flatMap(([, name]) => name ?? []);
}
