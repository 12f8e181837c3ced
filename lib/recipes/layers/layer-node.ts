import type { ConfigKey, ConfigScalar } from '@/lib/recipes/config-value';

/** A value of one layer with its place in the text. Immutable, and shared where the layer uses an alias. */
export type LayerNode = LayerScalar | LayerList | LayerMap | LayerUnsupported;

type Placed = { readonly start: number; readonly end: number };
export type LayerScalar = Placed & { readonly kind: 'scalar'; readonly value: ConfigScalar };
export type LayerList = Placed & { readonly kind: 'list'; readonly items: readonly LayerNode[] };
export type LayerMap = Placed & { readonly kind: 'map'; readonly entries: readonly LayerEntry[] };
/** A YAML type that no configuration may hold, e.g. `!!set`. */
export type LayerUnsupported = Placed & { readonly kind: 'unsupported'; readonly name: string };

export type LayerEntry = {
  readonly key: ConfigKey;
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly value: LayerNode;
};
