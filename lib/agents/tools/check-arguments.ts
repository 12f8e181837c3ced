import { Ajv2020 } from 'ajv/dist/2020.js';
import { AppError } from '@/lib/shared/app-error';

/** Why arguments do not fit; null when they do. Values may be changed to the schema's types when `coerce` is on. */
export type CheckArguments = (args: Record<string, unknown>) => string | null;

/**
 * A checker of a tool's arguments. Unknown formats pass. `coerce` turns texts into numbers and booleans, for calls that
 * can write texts only (XML). Throws an `AppError` for what is no JSON schema.
 */
export function argumentChecker(
  schema: Readonly<Record<string, unknown>>,
  { label, coerce }: { readonly label: string; readonly coerce: boolean },
): CheckArguments {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true, coerceTypes: coerce });
  const compile = () => {
    try {
      return ajv.compile({ ...schema });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new AppError('invalid_input', `${label} is not a JSON schema: ${reason}`, {
        cause: error,
      });
    }
  };
  const validate = compile();
  return (args) => {
    if (validate(args)) return null;
    return (validate.errors ?? [])
      .map(({ instancePath, message, params }) => {
        const extra = 'additionalProperty' in params ? ` (${String(params['additionalProperty'])})` : '';
        const place = instancePath === '' ? 'arguments' : instancePath.slice(1).replaceAll('/', '.');
        return `${place} ${message ?? 'do not fit'}${extra}`;
      })
      .join('; ');
  };
}
