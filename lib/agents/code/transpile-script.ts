import { transpile } from '@/lib/recipe-code/transpile';

/** What `galley/worker` is when a recipe's code runs: a way back to the run. */
const WORKER_MODULE =
  'export const request = (name, payload) => globalThis.__galleyRequest(name, payload);' +
  'export const generate = (messages, options = {}) => request("generate", { messages, ...options });' +
  'export const completion = (prompt, options = {}) => request("completion", { prompt, ...options });' +
  'export const runAgent = (query, task = null) => request("run_agent", { query, task });';
const TYPES_ONLY = 'export {};';

/** The module of a recipe's tool or worker. */
export function transpileScript(file: string): Promise<string> {
  const modules = {
    'galley/worker': WORKER_MODULE,
    'galley/tool': TYPES_ONLY,
    'galley/evaluator': TYPES_ONLY,
  };
  return transpile({ file, subject: file, modules });
}
