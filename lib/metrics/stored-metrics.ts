import { z } from 'zod';
import { MetricsBody } from '@/lib/domain/run-event';

/** Body of a `metrics` event as the store keeps it: JSON text without the kind, non-finite values as words. */
export const StoredMetrics = z
  .string()
  .transform((text): unknown => JSON.parse(text))
  .pipe(MetricsBody.omit({ kind: true }));
