import { createPythonPool } from '@/lib/python/create-python-pool';
import { findInterpreter } from '@/lib/python/find-interpreter';
import type { CodeHost, CodeTarget } from './code-thing';
import { createPythonCodeHost } from './python-code-host';
import { createScriptHost } from './script-host';

export type CodeHostOptions = {
  /** Folder of the recipe as the code sees it, then others from which imports are looked up; absolute. */
  readonly folders: readonly string[];
  /** Bundle of `script-child.ts`. */
  readonly scriptChild: string;
  readonly python: {
    /** `GALLEY_PYTHON`; null = a `.venv` of the folders, else python3. */
    readonly named: string | null;
    /** The Python half of Galley: `pythonFolder(root)`. */
    readonly folder: string;
    readonly environment: NodeJS.ProcessEnv;
  };
  readonly onLine: (line: string) => void;
};

/** A host for each language, by the ending of the file; each starts with the first thing that is loaded from it. */
export function createCodeHosts(options: CodeHostOptions): CodeHost {
  let scripts: CodeHost | null = null;
  let python: Promise<CodeHost> | null = null;
  const hostOf = (target: CodeTarget): Promise<CodeHost> => {
    if (target.file.endsWith('.py')) return (python ??= openPython(options));
    const { scriptChild: childPath, onLine } = options;
    scripts ??= createScriptHost({ childPath, onLine });
    return Promise.resolve(scripts);
  };
  return {
    load: async (target) => (await hostOf(target)).load(target),
    close: async () => {
      await scripts?.close();
      await (await python?.catch(() => undefined))?.close();
    },
  };
}

async function openPython({ folders, python, onLine }: CodeHostOptions): Promise<CodeHost> {
  const interpreter = await findInterpreter(python.named, folders);
  const { folder, environment } = python;
  const cwd = folders[0] ?? process.cwd();
  const pool = createPythonPool({ interpreter, folder, cwd, environment, onLine });
  return createPythonCodeHost(pool, folders);
}
