import { build, formatMessages, type Plugin } from 'esbuild';
import { pathToFileURL } from 'node:url';
import { AppError } from '@/lib/shared/app-error';

/** Packages from CommonJS call `require`, which an ES module does not have. */
const BANNER =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

/** What `galley/worker` is when a recipe's code runs: a way back to the run. `galley/tool` has types only. */
const WORKER_MODULE =
  'export const request = (name, payload) => globalThis.__galleyRequest(name, payload);' +
  'export const generate = (messages, options = {}) => request("generate", { messages, ...options });' +
  'export const completion = (prompt, options = {}) => request("completion", { prompt, ...options });' +
  'export const runAgent = (query, task = null) => request("run_agent", { query, task });';

const GALLEY_MODULES: Plugin = {
  name: 'galley-modules',
  setup(context) {
    context.onResolve({ filter: /^galley\/(worker|tool|evaluator)$/ }, ({ path }) => ({
      path,
      namespace: 'galley',
    }));
    context.onLoad({ filter: /.*/, namespace: 'galley' }, ({ path }) => ({
      contents: path === 'galley/worker' ? WORKER_MODULE : 'export {};',
    }));
  },
};

/** One self-contained ES module of a recipe's file and its local imports, with a source map. */
export async function transpileScript(file: string): Promise<string> {
  try {
    const result = await build({
      entryPoints: [file],
      bundle: true,
      write: false,
      outfile: 'script.mjs',
      platform: 'node',
      format: 'esm',
      target: 'node20.19',
      sourcemap: 'inline',
      logLevel: 'silent',
      banner: { js: BANNER },
      define: { 'import.meta.url': JSON.stringify(pathToFileURL(file).href) },
      // a tsconfig above the recipe must not decide what its code means
      tsconfigRaw: {},
      plugins: [GALLEY_MODULES],
    });
    return result.outputFiles[0]?.text ?? '';
  } catch (error) {
    const messages = isFailure(error)
      ? await formatMessages([...error.errors], { kind: 'error', color: false })
      : [];
    const reason = messages.length > 0 ? messages.join('').trim() : String(error);
    throw new AppError('invalid_input', `${file} does not compile. Mend it and launch again.\n${reason}`, {
      cause: error,
    });
  }
}

type Failure = { readonly errors: Parameters<typeof formatMessages>[0] };

function isFailure(value: unknown): value is Failure {
  return typeof value === 'object' && value !== null && 'errors' in value && Array.isArray(value.errors);
}
