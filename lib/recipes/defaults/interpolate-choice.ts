import { Failure } from '@/lib/recipes/failure';
import { dereference, type Scope } from '@/lib/recipes/interpolation/evaluate';
import { newMap, newScalar, setEntry } from '@/lib/recipes/nodes/config-node';
import { type DefaultEntry, layerPath } from './default-entry';

/** Resolves the interpolation in an entry's choice, which sees the groups' choices and nothing else. */
export type InterpolateChoice = (
  entry: DefaultEntry,
  known: ReadonlyMap<string, string | null>,
) => DefaultEntry;

export function createInterpolateChoice(scope: Scope): InterpolateChoice {
  return (entry, known) => {
    const text = entry.kind === 'layer' ? layerPath(entry) : String(entry.value);
    const name = resolve(scope, text, { entry, known });
    return entry.kind === 'layer' ? { ...entry, path: name } : { ...entry, value: name };
  };
}

function resolve(
  scope: Scope,
  text: string,
  { entry, known }: { entry: DefaultEntry; known: ReadonlyMap<string, string | null> },
): string {
  const root = newMap();
  for (const [key, choice] of known)
    setEntry(
      root,
      { kind: 'string', value: key },
      newScalar(choice === null ? { kind: 'null' } : { kind: 'string', value: choice }),
    );
  const node = newScalar({ kind: 'string', value: text });
  node.parent = root;
  try {
    const target = dereference(scope, node);
    if (target.kind === 'scalar' && target.value.kind === 'string') return target.value.value;
    throw new Failure({
      class: 'internal',
      message: `"${text}" does not give the name of a layer.`,
      range: entry.range,
    });
  } catch (error) {
    if (!(error instanceof Failure) || error.family !== 'interpolation') throw error;
    const groups = [...known.keys()];
    const hint = groups.length > 0 ? ` It may use the groups ${groups.join(', ')} and \${oc.env:…}.` : '';
    throw new Failure({
      class: 'defaults_interpolation',
      message: `The choice "${text}" cannot be resolved: ${error.problem.message}${hint}`,
      range: entry.range,
    });
  }
}
