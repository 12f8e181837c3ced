import type { MetricInfo } from '@/lib/domain/metric';
import type { Backend } from '@/lib/domain/run';

const COMPARABLE: Readonly<Record<MetricInfo['comparableWith'], string | null>> = {
  all: null,
  same_evaluator: 'Compare it with runs of the same evaluator.',
  same_tokenizer: 'Compare it with runs of the same tokenizer.',
  same_backend: 'Compare it with runs on the same backend.',
  same_machine: 'Compare it with runs on the same machine.',
};

/** What a reader of a metric should know, in sentences. */
export function describeMetric({ name, meaning, comparableWith, aliases = [] }: MetricInfo): string {
  const also = aliases.length === 0 ? null : `Elsewhere called ${aliases.join(', ')}.`;
  return [`${name}: ${meaning}`, COMPARABLE[comparableWith], also].filter(Boolean).join(' ');
}

/** Why runs on these backends should not be compared by this metric as they stand; null when they may. */
export function comparisonCaution(
  { title, comparableWith, definitions }: MetricInfo,
  backends: readonly Backend[],
): string | null {
  const different = [...new Set(backends)];
  if (different.length < 2) return null;
  const defined = different.flatMap((backend) => {
    const definition = definitions?.[backend];
    return definition === undefined ? [] : [`${backend}: ${definition}`];
  });
  if (defined.length > 0) return `${title} is not the same number on these backends. ${defined.join(' ')}`;
  if (comparableWith !== 'same_backend') return null;
  return `${title} is computed by the training service: compare it with runs on the same backend.`;
}
