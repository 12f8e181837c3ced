import path from 'node:path';
import { AppError } from '@/lib/shared/app-error';

/**
 * The text with `${env.NAME}` and `${this_file_dir}` filled in, before it is read as YAML, as NexAU does
 * (nexau/archs/main_sub/utils/common.py, load_yaml_text_with_vars). Throws an `AppError` that names file and line of a
 * variable that is not set.
 */
export function fillVariables(
  text: string,
  place: {
    readonly file: string;
    readonly label: string;
    readonly environment: Readonly<Record<string, string | undefined>>;
  },
): string {
  const { file, label, environment } = place;
  return text
    .replaceAll('${this_file_dir}', () => path.dirname(file))
    .replaceAll(/\$\{env\.([A-Za-z_]\w*)\}/g, (_whole, name: string, offset: number) => {
      const value = environment[name];
      if (value !== undefined) return value;
      const line = text.slice(0, offset).split('\n').length;
      const message = `${label}:${line}: the environment variable ${name} is not set. Set it before the launch, or store it with galley secrets set ${name}.`;
      throw new AppError('invalid_input', message);
    });
}
