'use server';

import { z } from 'zod';
import { asAction } from '@/app/_server/as-action';
import { evaluatorTrials } from '@/app/_server/evaluator-trials';
import { recipeFolder } from '@/app/_server/recipe-folder';
import { recipeLife } from '@/app/_server/recipe-life';
import { type CaseFiles, readCases, removeCase, saveCase } from '@/lib/launch/trial/case-file';

const Variant = { entry: z.string(), overrides: z.array(z.string()) };
const Input = {
  data: z.record(z.string(), z.unknown()),
  target: z.object({ finalAnswer: z.string(), isTruncated: z.boolean() }),
};
const RowInput = z.strictObject({
  ...Variant,
  from: z.enum(['training', 'validation']),
  index: z.number().int().nonnegative(),
});
const TrialInput = z.strictObject({ ...Variant, input: z.object(Input) });
const CaseInput = z.object({
  name: z.string().trim().min(1).max(120),
  ...Input,
  expect: z.object({ reward: z.number(), metrics: z.record(z.string(), z.number()) }),
});

/** One row of a variant's data, with the answer that its data calls right. */
export async function readTrialRow(input: unknown) {
  return asAction(RowInput, input, (request) => evaluatorTrials().row(request));
}

/** Runs the evaluator, as saved, on one row and one answer. */
export async function tryEvaluator(input: unknown) {
  return asAction(TrialInput, input, ({ input: trial, ...request }) => evaluatorTrials().run(request, trial));
}

export async function listEvaluatorCases(input: unknown) {
  return asAction(z.strictObject({ recipe: z.string() }), input, ({ recipe }) =>
    readCases(recipeFolder(), recipe),
  );
}

/** Each change of the cases is a version of the recipe. */
const caseFiles = (): CaseFiles => ({
  read: (file) => recipeFolder().read(file),
  save: (order) => recipeLife().save(order),
});

export async function saveEvaluatorCase(input: unknown) {
  return asAction(z.strictObject({ recipe: z.string(), added: CaseInput }), input, ({ recipe, added }) =>
    saveCase(caseFiles(), recipe, added),
  );
}

export async function removeEvaluatorCase(input: unknown) {
  return asAction(z.strictObject({ recipe: z.string(), name: z.string() }), input, ({ recipe, name }) =>
    removeCase(caseFiles(), recipe, name),
  );
}

/** All saved cases with the evaluator of one variant. */
export async function testEvaluator(input: unknown) {
  return asAction(z.strictObject({ recipe: z.string(), entry: z.string() }), input, ({ recipe, entry }) =>
    evaluatorTrials().test(recipe, [entry]),
  );
}
