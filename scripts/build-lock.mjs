// One builder of a part at a time in a clone: `npm start`, `npm test` and `galley` may begin at the same moment.
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import path from 'node:path';

const POLL_MS = 250;

export async function withBuildLock(folder, { name, say }, work) {
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, `${name}.lock`);
  let waiting = false;
  while (!(await take(file))) {
    if (!waiting) say('  Waiting for another Galley command that is building …');
    waiting = true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
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
  const owner = Number(await readFile(file, 'utf8').catch(() => ''));
  // Empty for an instant between creation and writing; a dead owner left it behind.
  if (owner > 0 && !isAlive(owner)) await rm(file, { force: true });
  return false;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
