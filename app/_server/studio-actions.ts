import * as recipe from '@/app/recipes/_actions';
import * as evaluator from '@/app/recipes/_evaluator-actions';
import * as change from '@/app/recipes/_life-actions';
import { storeSecretAction, unsetSecretAction } from '@/app/recipes/_secret-actions';

// The server's actions under the names by which the studio knows them.

export const studioActions = {
  save: recipe.saveRecipeFile,
  launch: recipe.launchRun,
};

export const evaluatorActions = {
  row: evaluator.readTrialRow,
  run: evaluator.tryEvaluator,
  cases: evaluator.listEvaluatorCases,
  saveCase: evaluator.saveEvaluatorCase,
  removeCase: evaluator.removeEvaluatorCase,
  test: evaluator.testEvaluator,
};

export const secretActions = { store: storeSecretAction, unset: unsetSecretAction };

export const lifeActions = {
  createFile: change.createRecipeFile,
  createFolder: change.createRecipeFolder,
  rename: change.renameRecipeEntry,
  duplicate: change.duplicateRecipeEntry,
  remove: change.removeRecipeEntry,
  restore: change.restoreDeleted,
  nameVersion: change.nameRecipeVersion,
  restoreVersion: change.restoreRecipeVersion,
};
