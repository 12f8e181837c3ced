/**
 * A value of a configuration, keeping what YAML and OmegaConf distinguish: int and float (1 and 1.0 print
 * differently inside a string), big integers, non-string keys and key order.
 */
export type ConfigValue =
  | ConfigScalar
  /** Stands for a value that only the run process may see. */
  | {
      readonly kind: 'secret';
      readonly name: string;
      /** The text around the secret, which stands there as `${NAME}`; absent when the value is the secret itself. */
      readonly template?: string;
    }
  | { readonly kind: 'list'; readonly items: readonly ConfigValue[] }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [ConfigKey, ConfigValue])[] };

export type ConfigScalar =
  | { readonly kind: 'null' }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'int'; readonly value: bigint }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  /** Python bytes (`!!binary`), base64. */
  | { readonly kind: 'bytes'; readonly value: string }
  /** A `pathlib.Path`. */
  | { readonly kind: 'path'; readonly value: string };

export type ConfigKey =
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'int'; readonly value: bigint }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'null' }
  | { readonly kind: 'bytes'; readonly value: string };

/** Two keys are one key when Python's hash says so: `1`, `1.0` and `true` are the same key. */
export function keyIdentity(key: ConfigKey): string {
  switch (key.kind) {
    case 'string':
      return `s${key.value}`;
    case 'int':
      return `n${key.value}`;
    case 'bool':
      return key.value ? 'n1' : 'n0';
    case 'float':
      return Number.isInteger(key.value) ? `n${BigInt(key.value)}` : `f${key.value}`;
    case 'bytes':
      return `b${key.value}`;
    case 'null':
      return '~';
  }
}
