import type { Command } from 'commander';
import type { Settle } from '../exit-code';
import type { CommandContext } from '../session';
import { dataCheckCommand } from './data-check-command';
import { dataConvertCommand } from './data-convert-command';
import { dataHeadCommand } from './data-head-command';

/** `galley data …`; none of it needs a store. */
export function addDataCommands(program: Command, context: CommandContext, settle: Settle): void {
  const data = program.command('data').description('look at data files, check them and make them');
  data
    .command('check')
    .description("profile a recipe's training and validation data; exits 1 when something is wrong")
    .argument('<recipe>', 'a recipe (pig_latin: all its variants) or one variant (pig_latin/embedded.yaml)')
    .argument('[overrides...]', 'Hydra overrides: a.b=1, +a.b=1, ++a.b=1, ~a.b')
    .option('--json', 'print JSON on standard output, everything else on standard error')
    .action((recipe: string, overrides: string[], options: { json?: boolean }) =>
      settle(dataCheckCommand(context, { recipe, overrides }, options)),
    );
  data
    .command('convert')
    .description('put JSONL and CSV files together into one Parquet file, and compare it with them')
    .argument('<files...>', 'the input files, and last the .parquet file to write')
    .option('--force', 'overwrite the output')
    .option('--json', 'print JSON on standard output, everything else on standard error')
    .action((files: string[], options: { force?: boolean; json?: boolean }) =>
      settle(dataConvertCommand(context, files, options)),
    );
  data
    .command('head')
    .description('print the first rows of a Parquet, JSONL or CSV file')
    .argument('<file>', 'the data file')
    .option('-n, --rows <count>', 'how many', '5')
    .option('--json', 'print one JSON object per row')
    .action((file: string, options: { rows: string; json?: boolean }) =>
      settle(dataHeadCommand(context, file, options)),
    );
}
