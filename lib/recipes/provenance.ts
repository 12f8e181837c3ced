import type { Provenance } from './compose';
import type { ResolvedLeaf } from './interpolation/resolve-tree';

/** Where each value of the resolved configuration comes from, by its path. */
export function provenanceOf(leaves: readonly ResolvedLeaf[]): ReadonlyMap<string, Provenance> {
  return new Map(
    leaves.map(({ chain, node, path }) => {
      const { beaten, override, source } = node.origin;
      return [path, override === undefined ? { source, beaten, chain } : { source, beaten, chain, override }];
    }),
  );
}
