import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const OLDEST = [3, 10];

/** A Python ≥ 3.10, or null. */
export async function findPython() {
  const candidates = [process.env.GALLEY_PYTHON, 'python3', 'python'].filter(Boolean);
  for (const command of candidates) {
    const script = 'import sys; print(*sys.version_info[:2]); print(sys.executable)';
    const result = await promisify(execFile)(command, ['-c', script]).catch(() => null);
    const [version = '', executable = ''] = (result?.stdout ?? '').split(/\r?\n/);
    const [major, minor] = version.split(' ').map(Number);
    if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return executable;
  }
  return null;
}
