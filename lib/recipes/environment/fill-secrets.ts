/**
 * A plain configuration with its secrets put in: `{ $secret: NAME }` becomes what `valueOf` gives, a `$template` the
 * text around it. For who uses the values: the run process; and, with stand-ins, for who looks at their types.
 */
export function fillSecrets(value: unknown, valueOf: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => fillSecrets(item, valueOf));
  if (typeof value !== 'object' || value === null) return value;
  if ('$secret' in value && typeof value.$secret === 'string') {
    const { $secret: name } = value;
    if (!('$template' in value) || typeof value.$template !== 'string') return valueOf(name);
    return value.$template.replaceAll(/\$\{([A-Za-z_]\w*)\}/g, (_, inner: string) => valueOf(inner));
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillSecrets(item, valueOf)]));
}
