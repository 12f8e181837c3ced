// One builder of a part at a time in a clone: `npm start`, `npm test` and `galley` may begin at the same moment.
import { mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';

const POLL_MS = 250;
/** A lock is empty between its making and the writing of its owner; when for longer, its maker died in between. */
const EMPTY_MS = 5_000;

export async function withBuildLock(folder, { name, say }, work) {
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, `${name}.lock`);
  let waiting = false;
  while (!(await take(file))) {
    if (!waiting) say(`  Waiting for another Galley command that is building … ${await wayOut(file)}`);
    waiting = true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

/** A number may have gone to another process since a crash, so only the person can tell whether it builds. */
async function wayOut(file) {
  const owner = Number(await readFile(file, 'utf8').catch(() => ''));
  return owner > 0
    ? `It is process ${owner}. If that is no Galley command any more (ps -p ${owner}), delete ${file}: this one goes on at once.`
    : `If none runs, delete ${file}: this one goes on at once.`;
}

async function take(file) {
  try {
    const handle = await open(file, 'wx');
    await handle.writeFile(String(process.pid));
    await handle.close();
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  if (await isLeftBehind(file)) await rm(file, { force: true });
  return false;
}

async function isLeftBehind(file) {
  try {
    const owner = Number(await readFile(file, 'utf8'));
    if (owner > 0) return !isAlive(owner);
    return Date.now() - (await stat(file)).mtimeMs > EMPTY_MS;
  } catch (error) {
    // Given back in this moment: the next round takes it.
    if (error.code === 'ENOENT') return false;
    throw error;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
