import type { z } from 'zod';
import type { Composed, Provenance } from './compose';
import type { Diagnostic } from './diagnostic';
import { parentOf, sectionsAround } from './parent-path';

/** What a schema says about a resolved config, with the config path and the place that set the value. */
export function configDiagnostics(
  issues: readonly z.core.$ZodIssue[],
  provenance: Composed['provenance'],
): readonly Diagnostic[] {
  return issues.map((issue) => {
    const configPath = formatPath(issue.path);
    return {
      code: 'schema',
      severity: 'error',
      message: `${configPath === '' ? 'The recipe' : configPath}: ${issue.message}`,
      path: configPath === '' ? null : configPath,
      range: findProvenance(provenance, configPath)?.source ?? null,
    };
  });
}

/** `['data', 'data_files', 0]` → `data.data_files[0]`. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return text === '' ? String(key) : `${text}.${String(key)}`;
  }, '');
}

/** Of the value itself, of something inside it, or of the nearest thing around it: a missing key has no place of its own. */
export function findProvenance(
  provenance: Composed['provenance'],
  configPath: string,
): Provenance | undefined {
  for (const path of configPath === '' ? [] : [configPath, ...sectionsAround(configPath)]) {
    const own = provenanceWithin(provenance, path);
    if (own !== undefined) return own;
  }
  return undefined;
}

/** Of the value itself, or of something inside it. */
export function provenanceWithin(provenance: Composed['provenance'], path: string): Provenance | undefined {
  return provenance.get(path) ?? firstInside(provenance).get(path);
}

const insides = new WeakMap<Composed['provenance'], ReadonlyMap<string, Provenance>>();

/** By section, the first leaf in it. Checks ask for many sections of one composition. */
function firstInside(provenance: Composed['provenance']): ReadonlyMap<string, Provenance> {
  const known = insides.get(provenance);
  if (known !== undefined) return known;
  const first = new Map<string, Provenance>();
  let last = '';
  for (const [leaf, place] of provenance) {
    // most leaves stand in the section of the one before
    if (isDirectlyIn(leaf, last)) continue;
    last = parentOf(leaf);
    // whatever is above a section that is known is known, too
    let path = last;
    while (path !== '' && !first.has(path)) {
      first.set(path, place);
      path = parentOf(path);
    }
  }
  insides.set(provenance, first);
  return first;
}

function isDirectlyIn(leaf: string, section: string): boolean {
  const cut = Math.max(leaf.lastIndexOf('.'), leaf.lastIndexOf('['));
  return cut === section.length && leaf.startsWith(section);
}
