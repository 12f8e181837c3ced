import type { Composed } from '../compose';
import { findProvenance } from '../config-diagnostics';
import { segmentsOf } from '../config-view';
import type { Diagnostic, TextEdit } from '../diagnostic';
import { setValue } from '../edits/edit-layer';
import { nodeAt, parsePlaces } from '../edits/yaml-places';
import type { Migration } from '../migrate-legacy';
import type { Repair } from '../rules/rule';

export type Placing = {
  /** A config path of today's shape as it stands in the layers. */
  readonly toSource: (path: string) => string;
  readonly rangeOf: (path: string) => Diagnostic['range'];
  /** The edits of a repair; undefined where no layer can be changed, e.g. for a value of the command line. */
  readonly fixOf: (repair: Repair | undefined) => Diagnostic['fix'];
};

export type Layers = {
  /** The variant's path, e.g. `math/self_hosted.yaml`. */
  readonly entry: string;
  readonly files: Readonly<Record<string, string>>;
};

/** Knows where a config path stands in the layers, and how a layer is changed. */
export function createPlacing(
  { provenance }: Composed,
  layers: Layers,
  migrations: readonly Migration[],
): Placing {
  const moved = migrations.filter(({ from, to }) => from !== to);
  const toSource = (path: string) => {
    // the last move was made on top of the earlier ones
    return moved.reduceRight((place, { from, to }) => {
      const isWithin = place === to || place.startsWith(`${to}.`);
      return isWithin ? `${from}${place.slice(to.length)}` : place;
    }, path);
  };
  const placeOf = (path: string) => findProvenance(provenance, toSource(path));
  return {
    toSource,
    rangeOf: (path) => placeOf(path)?.source ?? null,
    fixOf: (repair) => {
      if (repair === undefined) return undefined;
      const source = toSource(repair.path);
      const own = provenance.get(source);
      if (own !== undefined && own.source === null) return undefined;
      const file = repair.layer === 'variant' ? undefined : own?.source?.file;
      const edits = editsOf(layers, { file, path: source, set: repair.set });
      return edits.length === 0 ? undefined : { title: repair.title, edits };
    },
  };
}

/** In the layer that set the value, if it stands there under this path; else in the variant. */
function editsOf(
  { files, entry }: Layers,
  change: { readonly file: string | undefined; readonly path: string; readonly set: string },
): readonly TextEdit[] {
  const path = segmentsOf(change.path);
  const text = change.file === undefined ? undefined : files[change.file];
  if (change.file !== undefined && text !== undefined && nodeAt(parsePlaces(text), path) !== null) {
    return setValue({ file: change.file, text }, path, change.set);
  }
  const own = files[entry];
  return own === undefined ? [] : setValue({ file: entry, text: own }, path, change.set);
}
