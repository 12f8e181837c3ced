import type { ConfigPath } from './outline';

/** What is known of a key that Galley or the reference framework reads. */
export type KeyDoc = {
  readonly name: string;
  /** `integer`, `one of`, `path` and the like. */
  readonly type: string;
  /** As YAML; null when there is none. */
  readonly default: string | null;
  /** As YAML; empty when any value of the type may stand there. */
  readonly allowed: readonly string[];
  readonly unit: string | null;
  readonly meaning: string;
  /** The part that reads it. */
  readonly readBy: string | null;
  /** Backends that read it; null = all of them. */
  readonly backends: readonly string[] | null;
  /** Whether other keys lie below it. */
  readonly isSection: boolean;
};

export type KeyCatalogue = {
  /** null for a key that nobody is known to read. */
  of(path: ConfigPath): KeyDoc | null;
  /** The keys directly below a path. */
  below(path: ConfigPath): readonly KeyDoc[];
};

export const NO_CATALOGUE: KeyCatalogue = { of: () => null, below: () => [] };
