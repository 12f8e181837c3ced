/** A value of a resolved config as people read it: JSON, a secret by its name, what is not set as such. */
export function configText(value: unknown): string {
  if (value === undefined) return 'not set';
  if (typeof value === 'object' && value !== null && '$secret' in value)
    return `the secret ${String(value.$secret)}`;
  return JSON.stringify(value);
}
