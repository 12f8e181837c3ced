import { inspect } from 'node:util';
import type { Evaluation } from './evaluator-host';

type Where = { readonly label: string; readonly className: string };

/** What an evaluator returned, checked: recipes are code of others. */
export function checkResult(result: unknown, where: Where): Evaluation {
  const problem = (text: string): Evaluation => ({
    ok: false,
    message: `${where.className} in ${where.label} returned ${text}.`,
  });
  if (!isRecord(result)) return problem(`${show(result)}; evaluate must return { reward, … }`);
  const { reward, groundTruth = '', metrics = {}, extraInfo = {} } = result;
  if (!isFinite(reward)) return problem(`reward ${show(reward)}; a reward must be a finite number`);
  if (typeof groundTruth !== 'string') {
    return problem(`groundTruth ${show(groundTruth)}; it must be a string`);
  }
  if (!isRecord(metrics)) return problem(`metrics ${show(metrics)}; it must map names to finite numbers`);
  const checked: Record<string, number> = {};
  for (const [name, value] of Object.entries(metrics)) {
    if (!isFinite(value)) return problem(`metric ${name} = ${show(value)}; a metric must be a finite number`);
    checked[name] = value;
  }
  if (!isRecord(extraInfo)) return problem(`extraInfo ${show(extraInfo)}; it must be an object`);
  return { ok: true, reward, groundTruth, metrics: checked, extraInfo };
}

function isFinite(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  const text = inspect(value, { depth: 1, breakLength: Infinity });
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
