// Everything between a fresh clone and a running Galley, each step only when what it depends on has changed.
// Imports nothing from node_modules before the packages are installed.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
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
  await withBuildLock(BUILD, say, async () => {
    await installPackages(install, say);
    const stamps = createStamps(path.join(BUILD, 'stamps.json'));
    await generateClient(stamps, say);
    await step({
      stamps,
      say,
      name: 'processes',
      title: 'Bundling processes',
      sources: PROCESS_SOURCES,
      isThere: () => existsSync(path.join(BUILD, 'lib/cli/main.mjs')),
      work: async () => (await import('./build-processes.mjs')).buildProcesses(),
    });
    if (web) await buildWeb(stamps, say);
  });
}

/** The environment of every process of this clone. */
export function galleyEnvironment(extra = {}) {
  return { ...process.env, GALLEY_ROOT: ROOT, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, ...extra };
}

/** Creates or updates the database; a store that cannot be used is explained. */
export async function migrate(say = console.log) {
  const began = performance.now();
  const args = [path.join(BUILD, 'lib/cli/main.mjs'), 'migrate'];
  const output = await runQuietly(process.execPath, args, { cwd: ROOT, env: galleyEnvironment() }).catch(
    (error) => {
      if (!(error instanceof Stop)) throw error;
      throw new Stop(error.message.split('\n\n`')[0]);
    },
  );
  if (output.trim() !== '') say(`  ${output.trim()} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
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

async function generateClient(stamps, say) {
  await step({
    stamps,
    say,
    name: 'client',
    title: 'Generating the database client',
    sources: [
      'prisma/schema.prisma',
      'prisma.config.ts',
      'scripts/generate-prisma.mjs',
      'node_modules/prisma/package.json',
    ],
    isThere: () => existsSync(path.join(ROOT, 'prisma/generated')),
    work: () =>
      runQuietly(process.execPath, ['scripts/generate-prisma.mjs'], { cwd: ROOT, env: galleyEnvironment() }),
  });
}

async function buildWeb(stamps, say) {
  await step({
    stamps,
    say,
    name: 'web',
    title: 'Building the pages',
    sources: WEB_SOURCES,
    isThere: () => existsSync(path.join(ROOT, '.next/BUILD_ID')),
    work: () =>
      runQuietly(process.execPath, ['node_modules/next/dist/bin/next', 'build'], {
        cwd: ROOT,
        env: galleyEnvironment({ NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' }),
      }),
  });
}

async function step({ stamps, say, name, title, sources, isThere, work }) {
  const hash = await hashSources(ROOT, sources);
  if (isThere() && (await stamps.matches(name, hash))) return;
  await timed(say, title, work);
  await stamps.set(name, hash);
}
