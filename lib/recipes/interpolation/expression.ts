import type { ConfigKey, ConfigScalar } from '@/lib/recipes/config-value';

/** The parsed form of a string with interpolations. */
export type Text = readonly (string | Interpolation)[];

/** Offsets count from the start of the string that was parsed. */
type Placed = { readonly start: number; readonly end: number };
export type Interpolation = Reference | Call;
/** `${a.b[0]}`: the pieces of the key, to be joined once nested interpolations are known. */
export type Reference = Placed & { readonly kind: 'reference'; readonly key: Text };
/** `${oc.env:NAME,default}` */
export type Call = Placed & {
  readonly kind: 'call';
  /** The resolver's name, its segments joined by dots. */
  readonly name: Text;
  readonly args: readonly Element[];
};

export type Element =
  | { readonly kind: 'literal'; readonly value: ConfigScalar }
  | { readonly kind: 'text'; readonly text: Text }
  | { readonly kind: 'interpolation'; readonly interpolation: Interpolation }
  | { readonly kind: 'list'; readonly items: readonly Element[] }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [ConfigKey, Element])[] };
