import { z } from 'zod';

const Failure = z.looseObject({
  class: z.string(),
  phase: z.enum(['compose', 'resolve']),
  key: z.string().optional(),
  missing: z.string().optional(),
});

const Expectation = z.looseObject({
  composed: z.unknown().optional(),
  resolved: z.unknown().optional(),
  error: Failure.optional(),
});
export type Expectation = z.infer<typeof Expectation>;

/** One golden case: what the real Hydra and OmegaConf made of some files. */
export const GoldenCase = z.looseObject({
  name: z.string(),
  files: z.record(z.string(), z.string()),
  config: z.string(),
  env: z.record(z.string(), z.string()),
  overrides: z.array(z.string()),
  expect: Expectation,
  quirk: z.string().optional(),
  expect_without_quirk: Expectation.optional(),
});
export type GoldenCase = z.infer<typeof GoldenCase>;

export function readCases(text: string): readonly GoldenCase[] {
  return z.array(GoldenCase).parse(JSON.parse(text));
}
