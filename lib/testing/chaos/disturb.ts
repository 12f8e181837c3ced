import { readFile, writeFile } from 'node:fs/promises';
import type { Fault } from '@/lib/services/mock/serve-mock-services';
import { hangFileOf } from './chaos-recipe';
import type { Disturbance } from './chaos-plan';

/** How long a service fails, or is out. */
const TROUBLE_MS = 150;
/** Share of the calls that fail meanwhile. */
const FAILING_SHARE = 0.4;

/** The service's mood, as its server asks for it before every answer. */
export class Trouble {
  #until = 0;
  #kind: Exclude<Fault, 'hang' | 'none'> = 'error';
  #share = 0;
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  begin(kind: 'error' | 'cut', share: number): void {
    this.#until = performance.now() + TROUBLE_MS;
    this.#kind = kind;
    this.#share = share;
  }

  fault(): Fault {
    return performance.now() < this.#until && this.#random() < this.#share ? this.#kind : 'none';
  }
}

export type Victim = {
  /** Of the run process; null between two lives. */
  readonly pid: number | null;
  readonly folder: string;
  readonly trouble: Trouble;
};

/** Strikes once. False when there was nothing to strike: the process was not there. */
export async function disturb(kind: Disturbance, { pid, folder, trouble }: Victim): Promise<boolean> {
  switch (kind) {
    case 'kill run process':
      return pid !== null && kill(pid);
    case 'kill evaluator process': {
      const evaluator = pid === null ? null : await pythonChildOf(pid);
      return evaluator !== null && kill(evaluator);
    }
    case 'evaluator hangs':
      await writeFile(hangFileOf(folder), '');
      return true;
    case 'service answers 503':
      trouble.begin('error', FAILING_SHARE);
      return true;
    case 'service cuts connections':
      trouble.begin('cut', FAILING_SHARE);
      return true;
    case 'service is out':
      trouble.begin('error', 1);
      return true;
  }
}

function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}

async function pythonChildOf(pid: number): Promise<number | null> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  for (const child of children.split(' ').filter((text) => text !== '')) {
    const command = await readFile(`/proc/${child}/cmdline`, 'utf8').catch(() => '');
    if (command.includes('galley_main')) return Number(child);
  }
  return null;
}
