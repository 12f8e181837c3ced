import type { Command } from 'commander';
import type { Settle } from '@/lib/cli/exit-code';
import type { CommandContext } from '@/lib/cli/session';
import {
  deleteCommand,
  duplicateCommand,
  listRecipesCommand,
  newCommand,
  renameCommand,
  restoreCommand,
} from './change-commands';
import { diffCommand } from './diff-command';
import { migrateRecipeCommand } from './migrate-recipe-command';
import { restoreVersionCommand, versionsCommand } from './version-commands';
import { exportCommand, importCommand } from './zip-commands';

const JSON_OPTION = ['--json', 'print JSON on standard output, everything else on standard error'] as const;
const ENTRY = 'a recipe (pig_latin), or a file or folder in one (pig_latin/common.yaml)';

type Json = { readonly json?: boolean };
type Register = {
  readonly recipes: Command;
  readonly context: CommandContext;
  readonly settle: Settle;
};

/** `galley recipes …`; none of it needs a store. */
export function addRecipesCommands(program: Command, context: CommandContext, settle: Settle): void {
  const recipes = program
    .command('recipes')
    .description('list recipes, make, change and delete them, go back to older versions, compare variants');
  const register = { recipes, context, settle };
  addChanges(register);
  addVersions(register);
  addZip(register);
  addComparing(register);
}

function addChanges({ recipes, context, settle }: Register): void {
  recipes
    .command('list')
    .description('list recipes and their variants')
    .option(...JSON_OPTION)
    .action((options: Json) => settle(listRecipesCommand(context, options)));
  recipes
    .command('new')
    .description('make a recipe from a template')
    .argument('<name>', 'its folder: letters, digits, "_", "-" and "."')
    .option('--template <name>', 'a folder of templates/: single-turn or every-backend', 'single-turn')
    .option(...JSON_OPTION)
    .action((name: string, options: Json & { template: string }) =>
      settle(newCommand(context, name, options)),
    );
  recipes
    .command('duplicate')
    .description('copy a recipe, or a file or folder of one')
    .argument('<from>', ENTRY)
    .argument('<to>', 'the copy')
    .option(...JSON_OPTION)
    .action((from: string, to: string, options: Json) =>
      settle(duplicateCommand(context, { from, to }, options)),
    );
  recipes
    .command('rename')
    .description('rename a recipe, or a file or folder of one; its history goes with it')
    .argument('<from>', ENTRY)
    .argument('<to>', 'the new name or path')
    .option(...JSON_OPTION)
    .action((from: string, to: string, options: Json) =>
      settle(renameCommand(context, { from, to }, options)),
    );
  recipes
    .command('delete')
    .description('delete a recipe, or a file or folder of one; it can be restored for 30 days')
    .argument('<entry>', ENTRY)
    .option(...JSON_OPTION)
    .action((entry: string, options: Json) => settle(deleteCommand(context, entry, options)));
  recipes
    .command('restore')
    .description('bring a deletion back; without an argument it lists what can be brought back')
    .argument('[entry]', 'what was deleted, by its path or by the id of the deletion')
    .option(...JSON_OPTION)
    .action((entry: string | undefined, options: Json) => settle(restoreCommand(context, entry, options)));
}

function addVersions({ recipes, context, settle }: Register): void {
  recipes
    .command('versions')
    .description('list the versions of a file, through its renames, or of a whole recipe')
    .argument('<entry>', 'a file (pig_latin/common.yaml) or a recipe (pig_latin)')
    .option(...JSON_OPTION)
    .action((entry: string, options: Json) => settle(versionsCommand(context, entry, options)));
  recipes
    .command('restore-version')
    .description('give a file the text that a version has; what it has now stays a version')
    .argument('<file>', 'a file, e.g. pig_latin/common.yaml')
    .argument('<version>', 'id or name of the version, from galley recipes versions')
    .option(...JSON_OPTION)
    .action((file: string, version: string, options: Json) =>
      settle(restoreVersionCommand(context, { file, version }, options)),
    );
}

function addZip({ recipes, context, settle }: Register): void {
  recipes
    .command('export')
    .description('write a recipe as a zip, without hidden files and with secrets in clear replaced')
    .argument('<recipe>')
    .option('-o, --output <zip>', 'the file to write; <recipe>.zip in this folder without it')
    .option('--force', 'overwrite the file')
    .option(...JSON_OPTION)
    .action((recipe: string, options: Json & { output?: string; force?: boolean }) =>
      settle(exportCommand(context, recipe, options)),
    );
  recipes
    .command('import')
    .description('make a recipe of a zip; one that could write elsewhere is refused whole')
    .argument('<zip>')
    .option('--as <name>', 'name of the recipe; the folder in the zip names it without this')
    .option(...JSON_OPTION)
    .action((zip: string, options: Json & { as?: string }) => settle(importCommand(context, zip, options)));
}

function addComparing({ recipes, context, settle }: Register): void {
  recipes
    .command('diff')
    .description('print the resolved values in which two variants differ')
    .argument('<before>', 'a layer, e.g. pig_latin/embedded.yaml')
    .argument('<after>', 'another layer, of any recipe')
    .option(...JSON_OPTION)
    .action((before: string, after: string, options: Json) =>
      settle(diffCommand(context, { before, after }, options)),
    );
  recipes
    .command('migrate')
    .description(
      "show which older shapes a variant's layers have; exit code 2 when one can be read in two ways",
    )
    .argument('<variant>', 'a layer, e.g. my_task/self_hosted.yaml')
    .option('--write', "bring the recipe's layers to today's shape; comments stay")
    .option(...JSON_OPTION)
    .action((variant: string, options: Json & { write?: boolean }) =>
      settle(migrateRecipeCommand(context, variant, options)),
    );
}
