import { adviceFor } from './config-advice';
import { ADVISORY_KINDS, type Advisory, type Health, SEVERITIES } from './health';
import type { Finding, Rule } from './rule';
import { RULES } from './rules/all-rules';
import { createRunView, type HealthInput, isOver, type RunView } from './run-view';

/** Rows per series that a verdict needs: raw points up to this many steps, means of several beyond. */
export const HEALTH_WIDTH = 2048;

/**
 * What is, and what was, wrong with a run. A pure function of what is stored, so the history needs no store of its own,
 * and a page, the CLI and the run process can never disagree.
 */
export function assessHealth(input: HealthInput): Health {
  const view = createRunView(input);
  const judged = RULES.map((rule) => ({ rule, findings: rule.find(view) }));
  const found = judged.flatMap(({ rule, findings }) =>
    (findings ?? []).map((finding) => advisoryOf(rule, finding, view)),
  );
  const all = [...found, ...toldAdvisories(view)];
  const lasting = all.filter(({ ended }) => ended === null).toSorted(byUrgency);
  const isWrong = lasting.some(({ kind, severity }) => kind !== 'tuning' && severity !== 'info');
  const current = isWrong ? lasting.filter(({ kind }) => kind !== 'tuning') : lasting;
  return {
    current,
    heldBack: lasting.length - current.length,
    past: all.filter(({ ended }) => ended !== null).toSorted((a, b) => b.began.step - a.began.step),
    rules: { ran: judged.filter(({ findings }) => findings !== null).length, all: RULES.length },
    steps: input.run.step,
  };
}

function advisoryOf(rule: Rule, finding: Finding, { config }: RunView): Advisory {
  const { id, kind, title, meaning, advice } = rule;
  return { id, kind, title, meaning, advice: adviceFor(advice, config), ...finding };
}

/** What the run itself said, the newest of each code. It lasts until the run has gone on past it, or ended well. */
function toldAdvisories({ told, run }: RunView): readonly Advisory[] {
  const newest = new Map(told.map((one) => [one.code, one]));
  return [...newest.values()].map((one) => ({
    id: one.code,
    kind: 'liveness',
    severity: one.severity,
    title: titleOf(one.code),
    meaning: one.message,
    evidence: [],
    advice: [],
    began: { step: one.step ?? run.step, time: one.time },
    ended: isOver(one, run) ? { step: run.step, time: null } : null,
  }));
}

function titleOf(code: string): string {
  const words = code.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function byUrgency(a: Advisory, b: Advisory): number {
  const kinds = ADVISORY_KINDS.indexOf(a.kind) - ADVISORY_KINDS.indexOf(b.kind);
  return kinds !== 0 ? kinds : SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity);
}
