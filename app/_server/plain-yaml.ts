import 'server-only';
import { stringify } from 'yaml';

/** Plain JSON as YAML for reading: keys in their order, long texts unfolded, secrets as their names. */
export function toPlainYaml(value: unknown): string {
  return stringify(value, { lineWidth: 0 });
}
