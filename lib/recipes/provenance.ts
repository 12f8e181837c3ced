import type { Provenance } from './compose';
import type { ResolvedLeaf } from './interpolation/resolve-tree';

/** Where each value of the resolved configuration comes from, by its path. */
export function provenanceOf(leaves: readonly ResolvedLeaf[]): ReadonlyMap<string, Provenance> {
  const places = new Map<string, Provenance>();
  for (const { chain, node, path } of leaves) {
    const { beaten, override, source } = node.origin;
    places.set(
      path,
      override === undefined ? { source, beaten, chain } : { source, beaten, chain, override },
    );
  }
  return places;
}
