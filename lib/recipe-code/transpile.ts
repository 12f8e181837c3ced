import { type Plugin, build, formatMessages } from 'esbuild';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { AppError } from '@/lib/shared/app-error';

/** Packages from CommonJS call `require`, which an ES module does not have. */
const BANNER =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

export type TranspileOptions = {
  /** Absolute path of the recipe's TypeScript or JavaScript file. */
  readonly file: string;
  /** How messages name it, for example `The evaluator /recipes/a/evaluator.ts`. */
  readonly subject: string;
  /** Imports that Galley answers itself → their code. */
  readonly modules: Readonly<Record<string, string>>;
};

/**
 * One self-contained ES module of a recipe's file and its local imports, with a source map for stack traces.
 * Rejects with `AppError('invalid_input')` when it cannot be read or does not compile.
 */
export async function transpile({ file, subject, modules }: TranspileOptions): Promise<string> {
  try {
    const result = await build({
      entryPoints: [file],
      bundle: true,
      write: false,
      outfile: path.join(path.dirname(file), 'recipe-code.mjs'),
      platform: 'node',
      format: 'esm',
      target: 'node20.19',
      sourcemap: 'inline',
      logLevel: 'silent',
      banner: { js: BANNER },
      define: { 'import.meta.url': JSON.stringify(pathToFileURL(file).href) },
      // a tsconfig above the recipe must not decide what its code means
      tsconfigRaw: {},
      plugins: [answering(modules)],
    });
    return result.outputFiles[0]?.text ?? '';
  } catch (error) {
    throw new AppError('invalid_input', await explain(subject, error), { cause: error });
  }
}

function answering(modules: TranspileOptions['modules']): Plugin {
  return {
    name: 'galley-modules',
    setup(context) {
      context.onResolve({ filter: /^galley\// }, (asked) =>
        Object.hasOwn(modules, asked.path) ? { path: asked.path, namespace: 'galley' } : undefined,
      );
      context.onLoad({ filter: /.*/, namespace: 'galley' }, (asked) => ({
        contents: modules[asked.path] ?? '',
      }));
    },
  };
}

async function explain(subject: string, error: unknown): Promise<string> {
  const messages = errorsOf(error);
  if (messages.length === 0) {
    return `${subject} cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
  const text = await formatMessages([...messages], { kind: 'error', color: false });
  return `${subject} does not compile. Mend it and launch again.\n${text.join('').trim()}`;
}

type EsbuildErrors = Parameters<typeof formatMessages>[0];

function errorsOf(error: unknown): EsbuildErrors {
  const isFailure = (value: unknown): value is { readonly errors: EsbuildErrors } =>
    typeof value === 'object' && value !== null && 'errors' in value && Array.isArray(value.errors);
  return isFailure(error) ? error.errors : [];
}
