import { composeTree, createScope } from './compose-tree';
import type { ConfigValue } from './config-value';
import type { Diagnostic, SourceRange } from './diagnostic';
import { attempt } from './failure';
import { furtherFailures } from './further-failures';
import { resolveTree } from './interpolation/resolve-tree';
import { valueOf } from './nodes/config-node';
import { provenanceOf } from './provenance';
import { reportProblem, reportUnresolved } from './report';

export type ComposeInput = {
  /** Path from the search root (recipes may share layers) → YAML text. */
  readonly files: Readonly<Record<string, string>>;
  /** `math/self_hosted.yaml`, or `self_hosted.yaml` with the recipe folder as root. */
  readonly entry: string;
  /** What `${oc.env:…}` sees; a secret's value is never in here. */
  readonly env: Readonly<Record<string, string | { readonly secret: true }>>;
  /** Hydra's command-line grammar: `a.b=1`, `+a.b=1`, `++a.b=1`, `~a.b`. */
  readonly overrides?: readonly string[];
  /** What `${now:…}` reads; the current time by default. */
  readonly now?: Date;
  /**
   * Hydra's reading of an entry that lies in a folder: all of it goes below the folder's name. Off by default,
   * because Galley's recipes are folders and each is composed as if its folder were the root.
   */
  readonly packageFromFolder?: boolean;
};

/** Where a resolved value comes from. */
export type Provenance = {
  /** The source range that set it; null for an override given on the command line. */
  readonly source: SourceRange | null;
  /** Index into `overrides` when one of them set it. */
  readonly override?: number;
  /** Ranges that it beat, nearest first. */
  readonly beaten: readonly SourceRange[];
  /** Config paths and `env:NAME` that its interpolations went through, outermost first. */
  readonly chain: readonly string[];
};

export type Composed = {
  /** Layers merged, interpolations kept. */
  readonly composed: ConfigValue | null;
  /** Interpolations substituted; null only while a composition error stands. */
  readonly resolved: ConfigValue | null;
  /** By dotted config path of each leaf, e.g. `data.data_files[0]`. */
  readonly provenance: ReadonlyMap<string, Provenance>;
  readonly diagnostics: readonly Diagnostic[];
};

/** Composes a recipe's layers as Hydra and OmegaConf do. Pure; wrong input becomes diagnostics, never an exception. */
export function compose(input: ComposeInput): Composed {
  const scope = createScope(input);
  const warnings: Diagnostic[] = [];
  const tree = attempt(() =>
    composeTree(input, scope, (problem) => warnings.push(reportProblem(problem, 'warning'))),
  );
  if (!tree.ok) {
    const failures = [tree.error, ...furtherFailures(input, tree.error)];
    const diagnostics = [...failures.map(({ problem }) => reportProblem(problem, 'error')), ...warnings];
    return { composed: null, resolved: null, provenance: new Map(), diagnostics };
  }
  const resolved = resolveTree(tree.value, scope);
  return {
    composed: valueOf(tree.value),
    resolved: resolved.value,
    provenance: provenanceOf(resolved.leaves),
    diagnostics: [...resolved.failures.map((failure) => reportUnresolved(failure, input.files)), ...warnings],
  };
}
