import { type KnownSecret, redact } from '@/lib/recipes/environment/mask-secrets';
import type { Evaluation, EvaluatorHost } from './evaluator-host';

/** A host whose results hold no secret of the environment that its evaluator sees: they are stored and shown. */
export function redactedHost(host: EvaluatorHost, secrets: readonly KnownSecret[]): EvaluatorHost {
  if (secrets.length === 0) return host;
  const clean = (text: string): string => redact(text, secrets);
  return {
    evaluate: async (request, signal) => cleaned(await host.evaluate(request, signal), clean),
    close: () => host.close(),
  };
}

function cleaned(evaluation: Evaluation, clean: (text: string) => string): Evaluation {
  if (!evaluation.ok) return { ...evaluation, message: clean(evaluation.message) };
  const extraInfo = Object.fromEntries(
    Object.entries(evaluation.extraInfo).map(([key, value]) => [clean(key), cleanValue(value, clean)]),
  );
  return { ...evaluation, groundTruth: clean(evaluation.groundTruth), extraInfo };
}

function cleanValue(value: unknown, clean: (text: string) => string): unknown {
  if (typeof value === 'string') return clean(value);
  if (Array.isArray(value)) return value.map((item: unknown) => cleanValue(item, clean));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [clean(key), cleanValue(item, clean)]),
  );
}
