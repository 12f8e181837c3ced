import type { Backend } from '@/lib/domain/run';
import type { Composed } from './compose';
import { configDiagnostics } from './config-diagnostics';
import { type ConfigView, createConfigView } from './config-view';
import type { Diagnostic } from './diagnostic';
import { migrateLegacy, type Migrated } from './migrate-legacy';
import { withMockServices } from './mock-services';
import { withStageData } from './stage-data';
import { plainValue } from './plain-value';
import { backendNamed } from './recipe-config';
import { ALL_RULES } from './rules/all-rules';
import { checkRecipeRules } from './rules/custom/recipe-rules';
import type { Finding, Outcome, Rule, RuleFacts } from './rules/rule';
import { keyTree } from './schema/catalogue';
import { checkKeys } from './validation/check-keys';
import { legacyDiagnostics } from './validation/legacy-diagnostics';
import { schemaIssues } from './validation/schema-issues';
import { createPlacing, type Layers, type Placing } from './validation/placing';

/** The variant and the texts of the layers, for places and fixes; `checks.yaml` beside the variant is among them. */
export type ValidateContext = Layers;

/** A rule that was asked and holds. */
export type PassedCheck = {
  readonly id: string;
  readonly title: string;
  /** With the numbers of this recipe. */
  readonly detail: string;
};

export type Checked = {
  readonly diagnostics: readonly Diagnostic[];
  readonly passed: readonly PassedCheck[];
};

/** Schema, keys, rules and the recipe's own checks, over what composed. Pure; changes nothing of the configuration. */
export function validate(composed: Composed, context: ValidateContext): readonly Diagnostic[] {
  return checkRecipe(composed, context).diagnostics;
}

/** The same with what passed. */
export function checkRecipe(composed: Composed, context: ValidateContext): Checked {
  if (composed.resolved === null) return { diagnostics: [], passed: [] };
  const read = migrateLegacy(plainValue(composed.resolved));
  const migrated = { ...read, config: withStageData(withMockServices(read.config)) };
  const placing = createPlacing(composed, context, migrated.migrations);
  const unresolved = unresolvedPaths(composed);
  const config = createConfigView(migrated.config);
  const facts = factsOf(config, context.entry);
  const subject: Subject = { composed, context, migrated, placing, unresolved, facts };
  const rules = checkRules(ALL_RULES, subject);
  const own = checkRules(checkRecipeRules(context), subject);
  const diagnostics = [
    ...schemaDiagnostics(subject),
    ...rules.diagnostics,
    ...own.diagnostics,
    ...keyDiagnostics(subject),
    ...legacyDiagnostics(migrated, { placing, variant: context.entry }),
  ];
  return { diagnostics: diagnostics.toSorted(bySeverity), passed: [...rules.passed, ...own.passed] };
}

type Subject = {
  readonly composed: Composed;
  readonly context: ValidateContext;
  readonly migrated: Migrated;
  readonly placing: Placing;
  /** Config paths whose interpolation is broken: composition has reported them, and their value says nothing. */
  readonly unresolved: readonly string[];
  readonly facts: RuleFacts;
};

const RANK = { error: 0, warning: 1, info: 2 } as const;

function bySeverity(a: Diagnostic, b: Diagnostic): number {
  return RANK[a.severity] - RANK[b.severity];
}

function unresolvedPaths({ diagnostics }: Composed): readonly string[] {
  return diagnostics.flatMap(({ severity, path }) => (severity === 'error' && path !== null ? [path] : []));
}

function factsOf(config: ConfigView, entry: string): RuleFacts {
  const services = 'service.train_service';
  const actor = config
    .keys(services)
    .find((name) => (config.get(`${services}.${name}.role`) ?? 'actor') === 'actor');
  return {
    config,
    backend: backendNamed(config.text('service.inference_service.backend') ?? ''),
    actor: actor === undefined ? null : `${services}.${actor}`,
    variant: entry.slice(entry.lastIndexOf('/') + 1),
  };
}

/** What keeps the run process from reading the recipe. */
function schemaDiagnostics({ migrated, composed, placing, unresolved }: Subject): readonly Diagnostic[] {
  return configDiagnostics(schemaIssues(migrated.config), composed.provenance)
    .filter(
      ({ path }) => path === null || !unresolved.some((broken) => touches(placing.toSource(path), broken)),
    )
    .map((diagnostic) => ({
      ...diagnostic,
      range: diagnostic.path === null ? diagnostic.range : placing.rangeOf(diagnostic.path),
    }));
}

function keyDiagnostics({ facts, placing, context, unresolved }: Subject): readonly Diagnostic[] {
  const { config, backend } = facts;
  const isOwn = (path: string) => placing.rangeOf(path)?.file === context.entry;
  const findings = checkKeys(keyTree(), {
    config,
    backend,
    trainer: config.text('trainer.type'),
    worker: config.text('rollout_worker.type'),
    isOwn,
  });
  return findings
    .filter(({ path }) => !unresolved.some((broken) => touches(placing.toSource(path), broken)))
    .map(({ code, path, message, meant }) => {
      const range = code === 'unknown-key' ? placing.keyRangeOf(path) : placing.rangeOf(path);
      const fix = meant === null ? undefined : renameFix(path, meant, placing);
      return {
        code,
        severity: severityOf(code, backend),
        message,
        path,
        range,
        ...(fix === undefined ? {} : { fix }),
      };
    });
}

function severityOf(code: string, backend: Backend): Diagnostic['severity'] {
  if (code === 'no-effect') return 'info';
  return code === 'wrong-value' && backend !== 'embedded' ? 'error' : 'warning';
}

function renameFix(path: string, meant: string, placing: Placing): Diagnostic['fix'] {
  const file = placing.rangeOf(path)?.file;
  if (file === undefined) return undefined;
  const change = { kind: 'rename', file, path: placing.toSource(path), name: meant } as const;
  return { title: `Rename it to ${meant}`, change };
}

function checkRules(rules: readonly Rule[], subject: Subject): Checked {
  const passed: PassedCheck[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const rule of rules) {
    const { outcome, isCertain } = ask(rule, subject);
    if (outcome === null || !isCertain) continue;
    if (typeof outcome === 'string') passed.push({ id: rule.id, title: rule.title, detail: outcome });
    else for (const finding of findingsOf(outcome)) diagnostics.push(report(rule, finding, subject));
  }
  return { diagnostics, passed };
}

function findingsOf(outcome: Finding | readonly Finding[]): readonly Finding[] {
  return 'message' in outcome ? [outcome] : outcome;
}

/** A rule that read a value whose interpolation is broken says nothing. */
function ask(
  rule: Rule,
  { facts, placing, unresolved }: Subject,
): { readonly outcome: Outcome; readonly isCertain: boolean } {
  if (unresolved.length === 0) return { outcome: rule.check(facts), isCertain: true };
  let isCertain = true;
  const { config } = facts;
  const get = (path: string) => {
    const place = placing.toSource(path);
    if (unresolved.some((broken) => touches(broken, place))) isCertain = false;
    return config.get(path);
  };
  const watched: ConfigView = {
    ...config,
    get,
    number: (path) => {
      const value = get(path);
      return typeof value === 'number' ? value : null;
    },
    text: (path) => {
      const value = get(path);
      return typeof value === 'string' ? value : null;
    },
    isTrue: (path) => get(path) === true,
  };
  return { outcome: rule.check({ ...facts, config: watched }), isCertain };
}

function report(rule: Rule, finding: Finding, { placing, facts }: Subject): Diagnostic {
  const severity = finding.severity ?? rule.severity;
  const isRead = rule.backends === undefined || rule.backends.includes(facts.backend);
  const fix = placing.fixOf(finding.repair);
  return {
    code: rule.id,
    severity: severity === 'error' && !isRead ? 'warning' : severity,
    message: finding.message,
    path: finding.path === '' ? null : finding.path,
    range: finding.range ?? placing.rangeOf(finding.path),
    ...(fix === undefined ? {} : { fix }),
  };
}

/** Equal, or within. */
function touches(path: string, within: string): boolean {
  return path === within || path.startsWith(`${within}.`) || path.startsWith(`${within}[`);
}
