// Everything between a fresh clone and a running Galley, each step only when what it depends on has changed.
// Imports nothing from node_modules before the packages are installed.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { withBuildLock } from './build-lock.mjs';
import { runQuietly, Stop, timed } from './progress.mjs';
import { createStamps, hashSources } from './source-stamp.mjs';

export const ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');
const BUILD = path.join(ROOT, '.galley-build');
const OLDEST_NODE = [20, 19];

const SHARED_SOURCES = ['package-lock.json', 'tsconfig.json', 'lib', 'prisma/schema.prisma'];
const PROCESS_SOURCES = [...SHARED_SOURCES, 'scripts/build-processes.mjs'];
const WEB_SOURCES = [
  ...SHARED_SOURCES,
  'app',
  'components',
  'public',
  'next.config.ts',
  'postcss.config.mjs',
  'proxy.ts',
];

/** `web` builds the pages too; `install` may be refused with `--no-install`. */
export async function prepare({ install = true, web = true, say = console.log } = {}) {
  checkNode();
  if (await isPrepared({ install, web })) return;
  await withBuildLock(BUILD, { name: 'install', say }, () => installPackages(install, say));
  // a lock each: the command line does not wait for pages
  for (const part of parts(web)) {
    await withBuildLock(BUILD, { name: part.name, say }, () => buildPart(part, say));
  }
}

/** Nothing to do needs no lock, and no right to write: a clone may be shared. */
async function isPrepared({ install, web }) {
  if (install && (await packagesDifference()) !== null) return false;
  const fresh = await Promise.all(
    parts(web).map(async (part) => isFresh(part, await hashSources(ROOT, part.sources))),
  );
  return fresh.every(Boolean);
}

/** The environment of every process of this clone. */
export function galleyEnvironment(extra = {}) {
  return { ...process.env, GALLEY_ROOT: ROOT, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, ...extra };
}

/**
 * Creates or updates the database. A store that cannot be used is explained here, and by every page until somebody
 * mends it: no reason not to serve.
 */
export async function migrate(say = console.log) {
  const cli = pathToFileURL(path.join(BUILD, 'lib/cli/main.mjs'));
  // a process of its own: this one is about to serve, and needs neither the store nor its memory twice
  const script = `process.exit(await (await import('${cli}')).main(['node', 'galley', 'migrate']))`;
  const args = ['--input-type=module', '--eval', script];
  try {
    await runQuietly(process.execPath, args, { cwd: ROOT, env: galleyEnvironment() });
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    say(`\n  ${error.message.split('\n\n`')[0]}\n`);
  }
}

export function checkNode(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  throw new Stop(
    `Galley needs Node ${OLDEST_NODE.join('.')} or newer; this is Node ${version}. Install a newer one from https://nodejs.org and try again.`,
  );
}

async function installPackages(allowed, say) {
  const difference = await packagesDifference();
  if (difference === null) return;
  if (!allowed) {
    if (existsSync(path.join(ROOT, 'node_modules')))
      return say(`  Packages not installed again: ${difference}`);
    throw new Stop('There is no node_modules folder. Run again without --no-install.');
  }
  const npm = process.env.npm_execpath?.endsWith('.js')
    ? [process.execPath, process.env.npm_execpath]
    : ['npm'];
  const args = ['ci', '--ignore-scripts', '--include=dev', '--no-audit', '--no-fund', '--prefer-offline'];
  await timed(say, 'Installing packages from package-lock.json', () =>
    runQuietly(npm[0], [...npm.slice(1), ...args], {
      cwd: ROOT,
      env: galleyEnvironment(),
      shell: npm.length === 1 && process.platform === 'win32',
    }),
  );
}

/** What npm noted as installed against the lock file; null when they agree. */
async function packagesDifference() {
  const wanted = JSON.parse(await readFile(path.join(ROOT, 'package-lock.json'), 'utf8')).packages;
  const note = path.join(ROOT, 'node_modules/.package-lock.json');
  if (!existsSync(note)) return 'nothing is installed.';
  const installed = JSON.parse(await readFile(note, 'utf8')).packages;
  for (const [place, { version, optional }] of Object.entries(wanted)) {
    if (place === '' || (optional && installed[place] === undefined)) continue;
    if (installed[place]?.version !== version) return `${place} should be ${version}.`;
  }
  const extra = Object.keys(installed).find((place) => wanted[place] === undefined);
  return extra === undefined ? null : `${extra} is not in the lock file.`;
}

const stamps = createStamps(path.join(BUILD, 'stamps.json'));

const CLIENT = {
  name: 'client',
  title: 'Generating the database client',
  sources: [
    'prisma/schema.prisma',
    'prisma.config.ts',
    'scripts/generate-prisma.mjs',
    'node_modules/prisma/package.json',
  ],
  result: 'prisma/generated',
  work: () =>
    runQuietly(process.execPath, ['scripts/generate-prisma.mjs'], { cwd: ROOT, env: galleyEnvironment() }),
};

const PROCESSES = {
  name: 'processes',
  title: 'Bundling processes',
  sources: PROCESS_SOURCES,
  result: '.galley-build/lib/cli/main.mjs',
  work: async () => (await import('./build-processes.mjs')).buildProcesses(),
};

const WEB = {
  name: 'web',
  title: 'Building the pages',
  sources: WEB_SOURCES,
  result: '.next/BUILD_ID',
  work: () =>
    runQuietly(process.execPath, ['node_modules/next/dist/bin/next', 'build'], {
      cwd: ROOT,
      env: galleyEnvironment({ NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' }),
    }),
};

function parts(web) {
  return web ? [CLIENT, PROCESSES, WEB] : [CLIENT, PROCESSES];
}

async function buildPart(part, say) {
  // hashed before the work: what changes meanwhile is built the next time
  const hash = await hashSources(ROOT, part.sources);
  if (await isFresh(part, hash)) return;
  await timed(say, part.title, part.work);
  await stamps.set(part.name, hash);
}

async function isFresh({ name, result }, hash) {
  return existsSync(path.join(ROOT, result)) && (await stamps.matches(name, hash));
}
