import { z } from 'zod';
import { MetricsBody, MetricValue } from '@/lib/domain/run-event';

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Body of a `metrics` event as the store keeps it: JSON text without the kind, non-finite values as words. Values are
 * checked one by one where they are used (`valueOf`): a chart wants a few of many.
 */
export const StoredMetrics = z
  .string()
  .transform((text): unknown => JSON.parse(text))
  .pipe(
    MetricsBody.pick({ step: true }).extend({
      values: z.custom<Readonly<Record<string, unknown>>>(isRecord),
    }),
  );

export function valueOf(stored: unknown): number {
  return typeof stored === 'number' ? stored : MetricValue.parse(stored);
}
