import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { readingGitEnvironment } from '@/lib/env';

const run = promisify(execFile);
/** A repository on a slow disk is shown late or not at all; it never holds a page up. */
const TIMEOUT_MS = 3_000;
const MAX_OUTPUT = 4 * 1024 * 1024;

export type GitMark = 'changed' | 'new' | 'conflict' | 'deleted';

/** What git says of the recipes, read only. */
export type GitState = {
  /** null while HEAD is detached. */
  readonly branch: string | null;
  /** Short name of the commit; null before the first. */
  readonly commit: string | null;
  /** null when the branch follows no other. */
  readonly ahead: number | null;
  readonly behind: number | null;
  /** By path from the recipes root; a folder that is new as a whole ends with `/`. */
  readonly marks: Readonly<Record<string, GitMark>>;
};

/** State of the repository that `folder` lies in; null when it lies in none, or there is no git. */
export async function readGitState(folder: string): Promise<GitState | null> {
  try {
    const top = (await git(folder, ['rev-parse', '--show-toplevel'])).trim();
    const prefix = (await git(folder, ['rev-parse', '--show-prefix'])).trim();
    const status = await git(folder, [
      'status',
      '--porcelain=v2',
      '--branch',
      '-z',
      '--untracked-files=normal',
      '--ignore-submodules=all',
      '--',
      path.resolve(top, prefix),
    ]);
    return parseStatus(status, prefix);
  } catch {
    // No git, no repository, one of another user, or a slow one: nothing is shown.
    return null;
  }
}

async function git(folder: string, args: readonly string[]): Promise<string> {
  const hardened = ['-c', 'core.fsmonitor=false', '-c', 'core.untrackedCache=false'];
  const { stdout } = await run('git', [...hardened, ...args], {
    cwd: folder,
    timeout: TIMEOUT_MS,
    maxBuffer: MAX_OUTPUT,
    env: readingGitEnvironment(),
  });
  return stdout;
}

/** The answer of `git status --porcelain=v2 --branch -z`. Paths come back relative to `prefix`. */
export function parseStatus(status: string, prefix: string): GitState {
  const fields = status.split('\0');
  const marks: Record<string, GitMark> = {};
  const facts = new Map<string, string>();
  for (let index = 0; index < fields.length; index += 1) {
    const field = fields[index] ?? '';
    const fact = /^# (\S+) (.*)$/.exec(field);
    if (fact !== null) facts.set(fact[1] ?? '', fact[2] ?? '');
    const found = entryOf(field);
    // A rename's old path is a field of its own.
    if (field.startsWith('2 ')) index += 1;
    if (found?.path.startsWith(prefix) === true) marks[found.path.slice(prefix.length)] = found.mark;
  }
  return { ...headOf(facts), marks };
}

function headOf(facts: ReadonlyMap<string, string>): Omit<GitState, 'marks'> {
  const [branch, commit] = [facts.get('branch.head') ?? '(detached)', facts.get('branch.oid') ?? '(initial)'];
  const distance = /^\+(\d+) -(\d+)$/.exec(facts.get('branch.ab') ?? '');
  return {
    branch: branch === '(detached)' ? null : branch,
    commit: commit === '(initial)' ? null : commit.slice(0, 8),
    ahead: distance === null ? null : Number(distance[1]),
    behind: distance === null ? null : Number(distance[2]),
  };
}

function entryOf(field: string): { readonly path: string; readonly mark: GitMark } | null {
  const words = field.split(' ');
  const [kind, xy = ''] = words;
  if (kind === '?') return { path: field.slice(2), mark: 'new' };
  if (kind === 'u') return { path: words.slice(10).join(' '), mark: 'conflict' };
  if (kind !== '1' && kind !== '2') return null;
  const path = words.slice(kind === '1' ? 8 : 9).join(' ');
  if (xy.endsWith('D') || xy === 'D.') return { path, mark: 'deleted' };
  return { path, mark: xy.startsWith('A') ? 'new' : 'changed' };
}
