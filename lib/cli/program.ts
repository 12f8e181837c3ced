import { Command, InvalidArgumentError } from 'commander';
import { RunId } from '@/lib/domain/run';
import { NEWEST_FIRST } from '@/lib/domain/run-column';
import { RehearsalScale } from '@/lib/rehearsal/rehearsal-scale';
import { version } from '@/package.json';
import { checkCommand } from './commands/check-command';
import { composeCommand } from './commands/compose-command';
import { evalTestCommand } from './commands/eval-command';
import { addDataCommands } from './commands/data-commands';
import { pauseCommand, stopAllCommand, stopCommand } from './commands/control-commands';
import { logsCommand } from './commands/logs-command';
import { healthCommand } from './commands/health-command';
import { migrateCommand } from './commands/migrate-command';
import { preflightCommand } from './commands/preflight-command';
import { pythonCommand } from './commands/python-command';
import { addRecipesCommands } from './commands/recipes/recipes-commands';
import { replayCommand, type ReplayOptions } from './commands/replay-command';
import { serveEmbeddedCommand, type ServeOptions } from './commands/serve-embedded-command';
import { rehearsalCommand } from './commands/rehearsal-command';
import { resumeCommand, runCommand, type RunOptions } from './commands/run-command';
import { runsCommand, type RunsOptions } from './commands/runs-command';
import { explainUsage } from './explain-usage';
import { EXIT_CODE_HELP, type Settle } from './exit-code';
import { listSecretsCommand, setSecretCommand, unsetSecretCommand } from './commands/secrets-command';
import type { CommandContext } from './session';

const JSON_OPTION = ['--json', 'print JSON on standard output, everything else on standard error'] as const;
const OVERRIDES = 'Hydra overrides: a.b=1, +a.b=1, ++a.b=1, ~a.b';
const DEFAULT_RUNS = 20;
const DEFAULT_LOG_LINES = 100;
const DEFAULT_EMBEDDED_PORT = 8787;
const SCALE = RehearsalScale.parse({});

/** `galley …`. Each command hands its work to `settle`; wrong usage throws commander's own error. */
export function createProgram(context: CommandContext, settle: Settle): Command {
  const program = new Command('galley');
  program
    .description('Reinforcement-learning post-training of language models: compose, launch and watch recipes')
    .version(version, '-V, --version', 'print the version of Galley')
    .addHelpText(
      'after',
      `\nThe reference framework's own command line works too: nexrl --help\n${EXIT_CODE_HELP}`,
    )
    .exitOverride()
    // what follows the recipe of `galley python` is for Python
    .enablePositionalOptions()
    .configureOutput({
      writeOut: (text) => context.io.out(text.trimEnd()),
      writeErr: (text) => context.io.err(text.trimEnd()),
    });
  addRunCommands(program, context, settle);
  addRehearsalCommand(program, context, settle);
  addReplayCommand(program, context, settle);
  addControlCommands(program, context, settle);
  addRecipeCommands(program, context, settle);
  addReadCommands(program, context, settle);
  addEvaluatorCommands(program, context, settle);
  addDataCommands(program, context, settle);
  addRecipesCommands(program, context, settle);
  addSecretCommands(program, context, settle);
  addServeCommand(program, context, settle);
  sayInOurWords(program, context);
  return program;
}

/** Each command explains its own usage: commander's words name neither the command nor the next step. */
function sayInOurWords(command: Command, context: CommandContext): void {
  command.configureOutput({
    ...command.configureOutput(),
    outputError: (said) => context.io.err(explainUsage(said, command)),
  });
  for (const one of command.commands) sayInOurWords(one, context);
}

function addRunCommands(program: Command, context: CommandContext, settle: Settle): void {
  program
    .command('run')
    .description('check and launch a recipe, and follow it; Ctrl-C stops the run, twice leaves it running')
    .argument('<entry>', 'a layer, e.g. recipes/pig_latin/embedded.yaml or pig_latin/embedded.yaml')
    .argument('[overrides...]', OVERRIDES)
    .option('--name <name>', 'what the run is called')
    .option(
      '--rehearse',
      'let the embedded service stand in for the variant’s own, over its protocol, with a small plan; a certificate says what was exercised',
    )
    .option('--rehearse-steps <n>', `steps of a rehearsal (${SCALE.steps})`, parseCount)
    .option('--rehearse-batch <n>', `prompts per step of a rehearsal (${SCALE.batchSize})`, parseCount)
    .option('--rehearse-rollouts <n>', `rollouts per prompt of a rehearsal (${SCALE.rollouts})`, parseCount)
    .option('--detach', 'return as soon as the run has started')
    .option(...JSON_OPTION)
    .action((entry: string, overrides: string[], options: RunOptions) =>
      settle(runCommand(context, { entry, overrides }, options)),
    );
  program
    .command('resume')
    .description(
      'go on with a paused run, or with an ended one that has steps left, from its last checkpoint',
    )
    .argument('<id>', 'number of the run', parseRunId)
    .option('--detach', 'return as soon as the run has started')
    .option(...JSON_OPTION)
    .action((id: RunId, options: RunOptions) => settle(resumeCommand(context, id, options)));
}

function addRehearsalCommand(program: Command, context: CommandContext, settle: Settle): void {
  program
    .command('rehearsal')
    .description('the certificate of a rehearsal; exit code 1 when a check failed')
    .argument('<id>', 'number of the run', parseRunId)
    .option(...JSON_OPTION)
    .action((id: RunId, options: { json?: boolean }) => settle(rehearsalCommand(context, id, options)));
}

function addReplayCommand(program: Command, context: CommandContext, settle: Settle): void {
  program
    .command('replay')
    .description(
      'score the stored rollouts of a step again with the evaluator as it is now, and compare rewards, advantages and metrics; nothing is generated, nothing of the run is changed',
    )
    .argument('<id>', 'number of the run', parseRunId)
    .requiredOption('--step <n>', 'the step, counted from 0', parseStep)
    .option('--train', 'train on them too, from the newest checkpoint up to the step (embedded service)')
    .option(...JSON_OPTION)
    .action((id: RunId, options: ReplayOptions) => settle(replayCommand(context, id, options)));
}

function addControlCommands(program: Command, context: CommandContext, settle: Settle): void {
  program
    .command('stop')
    .description('stop runs after their current step, with a checkpoint')
    .argument('[id]', 'number of the run', parseRunId)
    .option('--all', 'every run that is going on')
    .option(...JSON_OPTION)
    .action((id: RunId | undefined, options: { all?: boolean; json?: boolean }, command: Command) => {
      if (options.all === true) return settle(stopAllCommand(context, options));
      if (id === undefined) return command.error('error: name a run (galley stop 3) or say --all');
      return settle(stopCommand(context, id, options));
    });
  program
    .command('pause')
    .description('hold a run after its current step; galley resume goes on')
    .argument('<id>', 'number of the run', parseRunId)
    .option(...JSON_OPTION)
    .action((id: RunId, options: { json?: boolean }) => settle(pauseCommand(context, id, options)));
}

function addServeCommand(program: Command, context: CommandContext, settle: Settle): void {
  program
    .command('serve-embedded')
    .description(
      "serve the embedded model to clients of your own, through Tinker's and OpenAI's APIs; Ctrl-C ends it",
    )
    .option('--port <port>', 'where to listen on 127.0.0.1', parsePort, DEFAULT_EMBEDDED_PORT)
    .option('--stand-in <model...>', 'names of further base models that the embedded one answers for')
    .option('--threads <count>', 'compute threads of a model', parseCount)
    .action((options: ServeOptions) => settle(serveEmbeddedCommand(context, options)));
}

function addSecretCommands(program: Command, context: CommandContext, settle: Settle): void {
  const secrets = program
    .command('secrets')
    .description('keep secrets outside recipes; recipes read them as ${oc.env:NAME}');
  secrets
    .command('list')
    .description('names of the stored secrets, never values')
    .option(...JSON_OPTION)
    .action((options: { json?: boolean }) => settle(listSecretsCommand(context, options)));
  secrets
    .command('set')
    .description('store a secret; its value is asked for, or read from standard input')
    .argument('<name>', 'as in ${oc.env:NAME}')
    .action((name: string) => settle(setSecretCommand(context, name)));
  secrets
    .command('unset')
    .description('remove a secret')
    .argument('<name>')
    .action((name: string) => settle(unsetSecretCommand(context, name)));
}

function addRecipeCommands(program: Command, context: CommandContext, settle: Settle): void {
  program
    .command('check')
    .description('check a recipe as the editor and a launch do; exit code 1 when it has errors')
    .argument(
      '<recipe>',
      'a variant, e.g. recipes/pig_latin/embedded.yaml, or a recipe for all of its variants',
    )
    .argument('[overrides...]', OVERRIDES)
    .option(...JSON_OPTION)
    .action((named: string, overrides: string[], options: { json?: boolean }) =>
      settle(checkCommand(context, { named, overrides }, options)),
    );
  program
    .command('preflight')
    .description('make every check of a launch, and no launch; exit code 2 when it would be refused')
    .argument('<entry>', 'a variant, e.g. recipes/pig_latin/embedded.yaml')
    .argument('[overrides...]', OVERRIDES)
    .option('--rehearse', 'of a rehearsal')
    .option(...JSON_OPTION)
    .action((entry: string, overrides: string[], options: { json?: boolean; rehearse?: boolean }) =>
      settle(preflightCommand(context, { entry, overrides }, options)),
    );
  program
    .command('compose')
    .description('print the configuration that a layer composes to, as YAML')
    .argument('<file>', 'a layer, e.g. recipes/pig_latin/embedded.yaml')
    .argument('[overrides...]', OVERRIDES)
    .option('--resolve', 'substitute interpolations')
    .option(...JSON_OPTION)
    .action((file: string, overrides: string[], options: { resolve?: boolean; json?: boolean }) =>
      settle(composeCommand(context, { file, overrides }, options)),
    );
}

function addReadCommands(program: Command, context: CommandContext, settle: Settle): void {
  program
    .command('runs')
    .description('list runs, newest first, and find them as the page does')
    .argument(
      '[search...]',
      'words and conditions, e.g. adder tag:baseline data.seed=3 "rollout/reward_mean>0.8"',
    )
    .option('--sort <column>', 'order; -column = highest first', NEWEST_FIRST)
    .option('--columns <names>', 'metrics and keys to show, separated by commas')
    .option(
      '--group-by <column>',
      'groups with mean and deviation of the first metric of --columns, or the reward',
    )
    .option('--limit <count>', 'how many', parseCount, DEFAULT_RUNS)
    .option(...JSON_OPTION)
    .action((search: string[], options: RunsOptions) => settle(runsCommand(context, search, options)));
  program
    .command('logs')
    .description('print what a run logged')
    .argument('<id>', 'number of the run', parseRunId)
    .option('--limit <count>', 'how many of the newest lines', parseCount, DEFAULT_LOG_LINES)
    .option('-f, --follow', 'go on printing until the run ends')
    .option(...JSON_OPTION)
    .action((id: RunId, options: { limit: number; follow?: boolean; json?: boolean }) =>
      settle(logsCommand(context, id, options)),
    );
  program
    .command('health')
    .description('what is wrong with a run, the evidence, and what to change; exit code 1 when it is severe')
    .argument('<id>', 'number of the run', parseRunId)
    .option('--mute <advisory>', 'say no more of it for this run, e.g. truncation')
    .option('--unmute <advisory>', 'say it again')
    .option(...JSON_OPTION)
    .action((id: RunId, options: { mute?: string; unmute?: string; json?: boolean }) =>
      settle(healthCommand(context, id, options)),
    );
  program
    .command('migrate', { hidden: true })
    .description('create or update the database')
    .action(() => settle(migrateCommand(context)));
}

function addEvaluatorCommands(program: Command, context: CommandContext, settle: Settle): void {
  const group = program.command('eval').description("work with a recipe's evaluator, without a run");
  group
    .command('test')
    .description('run the saved cases of a recipe; exit code 1 when one fails')
    .argument('<recipe>', 'a recipe, e.g. pig_latin, or one of its layers')
    .option(...JSON_OPTION)
    .action((recipe: string, options: { json?: boolean }) =>
      settle(evalTestCommand(context, recipe, options)),
    );
  program
    .command('python')
    .description("run a recipe's Python, in its folder, with the nexrl that its code sees")
    .argument('<recipe>', 'a recipe, e.g. my_task')
    .argument('[arguments...]', 'for Python, e.g. -m pytest')
    .passThroughOptions()
    .action((recipe: string, args: string[]) => settle(pythonCommand(context, recipe, args)));
}

function parseRunId(text: string): RunId {
  const parsed = RunId.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError('A run is named by its number; galley runs lists them.');
}

function parsePort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new InvalidArgumentError('A port is a whole number from 0 (any free one) to 65535.');
}

function parseCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new InvalidArgumentError('It must be a whole number above 0.');
}

function parseStep(text: string): number {
  const step = Number(text);
  if (text.trim() !== '' && Number.isInteger(step) && step >= 0) return step;
  throw new InvalidArgumentError('A step is a whole number; the first is 0.');
}
