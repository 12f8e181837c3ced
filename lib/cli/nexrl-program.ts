import { Command, Option } from 'commander';
import { MODES, nexrlCommand, type NexrlOptions } from './commands/nexrl-command';
import { EXIT_CODE_HELP, type Settle } from './exit-code';
import { explainUsage } from './explain-usage';
import type { CommandContext } from './session';

const NAME = /[/\\]nexrl(\.mjs)?$/;

/** Is this the reference framework's command line: `nexrl …` without a command of Galley's, or `galley -m …`? */
export function isNexrlStyle(argv: readonly string[]): boolean {
  const [, script = '', first] = argv;
  if (first?.startsWith('-') === false) return false;
  return NAME.test(script) || argv.slice(2).some((argument) => /^(-m|--mode)(=|$)/.test(argument));
}

type Typed = Omit<NexrlOptions, 'config'> & { readonly config?: string; readonly trainConfig?: string };

/** `nexrl -m <mode> -c <file> …` */
export function createNexrlProgram(context: CommandContext, settle: Settle): Command {
  const program = new Command('nexrl');
  return program
    .description(
      'Check a recipe, and with --run-nexrl launch it: the command line that recipes name in their READMEs',
    )
    .addHelpText('after', `\nEverything else: galley --help\n${EXIT_CODE_HELP}`)
    .addOption(
      new Option('-m, --mode <mode>', 'where it runs').choices(Object.keys(MODES)).makeOptionMandatory(),
    )
    .option('-c, --config <file>', 'the variant, e.g. recipes/my_task/self_hosted.yaml (also --train-config)')
    .addOption(new Option('--train-config <file>').hideHelp())
    .option('-t, --tag <tag>', 'appended to the name of the run')
    .option('-r, --run-nexrl', 'launch it; without this only the checks are made')
    .option('--inference-url <url>', 'a server that runs already, with -m self-hosted')
    .action(({ trainConfig, config = trainConfig, ...options }: Typed) =>
      config === undefined
        ? program.error("error: required option '-c, --config <file>' not specified")
        : settle(nexrlCommand(context, { ...options, config })),
    )
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.io.out(text.trimEnd()),
      writeErr: (text) => context.io.err(text.trimEnd()),
      outputError: (said) => context.io.err(explainUsage(said, program)),
    });
}
