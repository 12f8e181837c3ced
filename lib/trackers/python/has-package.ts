import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';

const FOUND = 0;
const MISSING = 4;
const LOOK = `import importlib.util, sys; sys.exit(${FOUND} if importlib.util.find_spec(sys.argv[1]) else ${MISSING})`;
const Exit = z.object({ code: z.literal(MISSING) });

/** Whether an interpreter finds a package; rejects when the interpreter does not say so in time. */
export async function hasPackage(
  command: string,
  { name, environment }: { readonly name: string; readonly environment: NodeJS.ProcessEnv },
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await promisify(execFile)(command, ['-c', LOOK, name], { env: environment, signal });
    return true;
  } catch (error) {
    if (Exit.safeParse(error).success) return false;
    throw error;
  }
}
