import { type Plugin, build, formatMessages } from 'esbuild';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { AppError } from '@/lib/shared/app-error';

/** Packages from CommonJS call `require`, which an ES module does not have. */
const BANNER =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

/** `galley/evaluator` has types only; the import may stay in the code when a recipe keeps unused imports. */
const TYPES_ONLY: Plugin = {
  name: 'galley-evaluator-types',
  setup(context) {
    context.onResolve({ filter: /^galley\/evaluator$/ }, () => ({ path: 'types', namespace: 'galley' }));
    context.onLoad({ filter: /.*/, namespace: 'galley' }, () => ({ contents: 'export {};' }));
  },
};

/** One self-contained ES module of a recipe's evaluator and its local imports, with a source map for stack traces. */
export async function transpileEvaluator(modulePath: string): Promise<string> {
  try {
    const result = await build({
      entryPoints: [modulePath],
      bundle: true,
      write: false,
      outfile: path.join(path.dirname(modulePath), 'evaluator.mjs'),
      platform: 'node',
      format: 'esm',
      target: 'node20.19',
      sourcemap: 'inline',
      logLevel: 'silent',
      banner: { js: BANNER },
      define: { 'import.meta.url': JSON.stringify(pathToFileURL(modulePath).href) },
      // a tsconfig above the recipe must not decide what its evaluator means
      tsconfigRaw: {},
      plugins: [TYPES_ONLY],
    });
    return result.outputFiles[0]?.text ?? '';
  } catch (error) {
    throw new AppError('invalid_input', await explain(modulePath, error), { cause: error });
  }
}

async function explain(modulePath: string, error: unknown): Promise<string> {
  const messages = errorsOf(error);
  if (messages.length === 0) {
    return `The evaluator ${modulePath} cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
  const text = await formatMessages([...messages], { kind: 'error', color: false });
  return `The evaluator ${modulePath} does not compile. Mend it and launch again.\n${text.join('').trim()}`;
}

type EsbuildErrors = Parameters<typeof formatMessages>[0];

function errorsOf(error: unknown): EsbuildErrors {
  const isFailure = (value: unknown): value is { readonly errors: EsbuildErrors } =>
    typeof value === 'object' && value !== null && 'errors' in value && Array.isArray(value.errors);
  return isFailure(error) ? error.errors : [];
}
