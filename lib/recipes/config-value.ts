/**
 * A value of a configuration, keeping what YAML and OmegaConf distinguish: int and float (1 and 1.0 print
 * differently inside a string), big integers, non-string keys and key order.
 */
export type ConfigValue =
  | { readonly kind: 'null' }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'int'; readonly value: bigint }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  /** Python bytes (`!!binary`), base64. */
  | { readonly kind: 'bytes'; readonly value: string }
  /** Stands for a value that only the run process may see. */
  | { readonly kind: 'secret'; readonly name: string }
  | { readonly kind: 'list'; readonly items: readonly ConfigValue[] }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [ConfigKey, ConfigValue])[] };

export type ConfigKey =
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'int'; readonly value: bigint }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'null' }
  | { readonly kind: 'bytes'; readonly value: string };
