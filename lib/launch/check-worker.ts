import { createCodeHosts } from '@/lib/agents/code/code-hosts';
import { keysWithoutEffect } from '@/lib/agents/config/agent-config';
import {
  AGENT_SETTING,
  openWorkerCode,
  type OwnWorker,
  type WorkerCode,
  WORKER_SETTING,
} from '@/lib/agents/open-worker-code';
import { checkSystemPrompt } from '@/lib/agents/run-agent';
import type { Env } from '@/lib/env';
import { pythonFolder } from '@/lib/python/python-folder';
import { redact } from '@/lib/recipes/environment/mask-secrets';
import { codeEnvironment, knownSecrets } from '@/lib/secrets/code-environment';
import { AppError } from '@/lib/shared/app-error';
import { processBundle } from '@/lib/shared/process-bundle';
import type { CodeFacts } from './check-evaluator';
import { dataFolders } from './check-data';
import type { PreflightCheck } from './launch';

const HOOKS = [
  ['format_task_query', 'formatTaskQuery'],
  ['get_train_loss_mask', 'getTrainLossMask'],
  ['run_agent', 'runAgent'],
] as const;
const KNOWN_HOOKS = HOOKS.flat();

type Verdict = Pick<PreflightCheck, 'status' | 'detail'>;

/** Agent, tools and worker load, and the first row can be asked; nothing to say of a recipe that brings neither. */
export async function checkWorker(
  env: Env,
  entry: string,
  facts: CodeFacts,
): Promise<readonly PreflightCheck[]> {
  const {
    nexau_agent_config_path: agent,
    custom_rollout_worker_module_path: own,
    type,
  } = facts.config.rollout_worker;
  const isOwn = (own ?? null) !== null;
  if (!isOwn && type !== 'nexau') return [];
  const path = isOwn && (agent ?? null) === null ? WORKER_SETTING : AGENT_SETTING;
  const about = { id: 'worker', title: isOwn ? 'Worker' : 'Agent', path };
  try {
    return [{ ...about, ...(await tryOut(env, entry, facts)) }];
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const detail = redact(error.message, knownSecrets(facts.variables));
    return [{ ...about, status: 'failed', detail }];
  }
}

async function tryOut(env: Env, entry: string, { config, rows, variables }: CodeFacts): Promise<Verdict> {
  const [row = null] = rows;
  const settings = config.rollout_worker;
  const folders = dataFolders(env, entry);
  const code = createCodeHosts({
    folders,
    recipeFolder: folders[0] ?? env.root,
    scriptChild: processBundle(env.root, 'agents/code/script-child'),
    pythonNamed: env.python,
    pythonFolder: pythonFolder(env.root),
    environment: codeEnvironment(variables, settings),
    workers: 1,
    onLine: () => undefined,
  });
  try {
    const opened = await openWorkerCode(settings, {
      folders,
      code,
      environment: variables.values,
      pythonFolder: pythonFolder(env.root),
    });
    if (row !== null && opened.agent !== null)
      checkSystemPrompt(opened.agent, { ...row, date: '2026-01-01' });
    if (row !== null && opened.own !== null)
      await askFirstRow(opened.own, { row, timeoutMs: settings.worker_timeout * 1000 });
    return verdictOf(opened);
  } finally {
    await code.close();
  }
}

/** The query of a row is made without a model, so it can be tried. */
async function askFirstRow(
  { thing, label }: OwnWorker,
  { row, timeoutMs }: { readonly row: Readonly<Record<string, unknown>>; readonly timeoutMs: number },
): Promise<void> {
  const method = HOOKS[0].find((name) => thing.methods.includes(name));
  if (method === undefined) return;
  const call = { method, args: [row], timeoutMs, limitedBy: 'rollout_worker.worker_timeout' };
  const outcome = await thing.call(call, new AbortController().signal);
  const problem = outcome.ok
    ? typeof outcome.value === 'string'
      ? null
      : `returned ${JSON.stringify(outcome.value)}, not a text`
    : `failed: ${outcome.message}`;
  if (problem === null) return;
  throw new AppError(
    'unprocessable',
    `${label}: ${method} ${problem} (first row of the training data). Mend it and launch again.`,
  );
}

function verdictOf({ agent, own }: WorkerCode): Verdict {
  const said: string[] = [];
  let status: Verdict['status'] = 'passed';
  if (agent !== null) {
    const names = [...agent.tools, ...agent.subAgents.map((sub) => sub.agent)].map(({ name }) => name);
    said.push(`The agent ${agent.name} loads with ${names.length === 0 ? 'no tools' : names.join(', ')}.`);
    const inert = keysWithoutEffect(agent.config);
    if (inert.length > 0) {
      status = 'warning';
      said.push(
        `${inert.join(', ')} of its file ${inert.length === 1 ? 'has' : 'have'} no effect; with rollout_worker.runtime: nexau the nexau package reads them.`,
      );
    }
  }
  if (own !== null) {
    const hooks = KNOWN_HOOKS.filter((name) => own.thing.methods.includes(name));
    if (hooks.length === 0) status = 'warning';
    said.push(
      hooks.length === 0
        ? `${own.label} has none of the methods that are called: ${HOOKS.map((names) => names.join(' or ')).join(', ')}.`
        : `${own.label} loads with ${hooks.join(', ')}.`,
    );
  }
  return { status, detail: said.join(' ') };
}
