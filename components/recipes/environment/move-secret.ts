import { callAction } from '@/components/ui/call-action';
import type { Diagnostic } from '@/lib/recipes/diagnostic';
import { applyEdits } from '@/lib/recipes/edits/apply-edits';
import { type SecretLiteral, secretLiterals } from '@/lib/recipes/environment/secret-literals';
import { removalOf } from '@/lib/recipes/environment/without-secrets';
import { err, ok, type Result } from '@/lib/shared/result';
import type { SecretActions } from './secret-actions';

/** Several recipes may each have an `api_key` of their own. */
const MOST_NAMES = 9;

/** What became of a secret in clear: its name in the store, and the text without it. */
export type MovedSecret = { readonly name: string; readonly text: string };

/** Stores the secret that a diagnostic points at; the text is changed only once the value is safe. */
export async function moveSecret(
  { range }: Diagnostic,
  text: string,
  actions: SecretActions,
): Promise<Result<MovedSecret, string>> {
  if (range === null) return err('This secret stands in an override. Store it on the page Secrets.');
  const literal = secretLiterals(range.file, text).find(({ start }) => start === range.start);
  if (literal === undefined) return err('The text has changed since. Try again in a moment.');
  const stored = await storeUnderFreeName(literal, actions);
  if (!stored.ok) return stored;
  const edit = removalOf(literal, text, stored.value);
  return ok({ name: stored.value, text: applyEdits(text, [edit]) });
}

async function storeUnderFreeName(
  { name, value }: SecretLiteral,
  actions: SecretActions,
): Promise<Result<string, string>> {
  for (let count = 1; count <= MOST_NAMES; count += 1) {
    const candidate = count === 1 ? name : `${name}_${count}`;
    const outcome = await callAction(actions.store, { name: candidate, value, isNew: true });
    if (outcome.ok) return ok(candidate);
    if (outcome.error.code !== 'conflict') return err(outcome.error.message);
  }
  return err(`${name} and ${MOST_NAMES - 1} names like it are taken. Remove some on the page Secrets.`);
}
