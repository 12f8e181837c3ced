import 'server-only';
import { readEnv } from '@/lib/env';
import { createEvaluatorTrials, type EvaluatorTrials } from '@/lib/launch/trial/create-evaluator-trials';
import { recipeFolder } from './recipe-folder';

export function evaluatorTrials(): EvaluatorTrials {
  return createEvaluatorTrials({ env: readEnv(), recipeFiles: recipeFolder() });
}
