import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseEnvScript } from './parse-env-script';

const RECIPES = fileURLToPath(new URL('../../../recipes', import.meta.url));
const ENV = { HOME: '/home/ada', USER: 'ada', EMPTY: '', SERVED_MODEL_NAME: 'qwen' };

/** What the script exports, as reading it tells. */
function read(script: string, env: Readonly<Record<string, string | { secret: true }>> = ENV) {
  const { environment, doubt } = parseEnvScript(script, env);
  const values = [...environment].map(([name, value]): [string, string] => [
    name,
    value.kind === 'text' ? value.text : value.kind,
  ]);
  return {
    ...Object.fromEntries<string | undefined>(values),
    ...(doubt === null ? {} : { doubt: doubt.reason }),
  };
}

test('what is set without export after another script may or may not reach the run', () => {
  expect(read('source common.sh\nA=1\nexport B=2\n')).toMatchObject({ A: 'unknown', B: '2' });
});

describe('reads', () => {
  test.each([
    ['export A=1', { A: '1' }],
    ['A=1; export A B=2 C', { A: '1', B: '2', C: 'unset' }],
    [`export A="x y" B='$HOME' C=$'a\\tb' D=a"b"'c'`, { A: 'x y', B: '$HOME', C: 'a\tb', D: 'abc' }],
    ['export A=${HOME}/x B=$HOME/y C="$HOME"', { A: '/home/ada/x', B: '/home/ada/y', C: '/home/ada' }],
    ['export A=${NO:-d} B=${EMPTY:-d} C=${EMPTY-d} D=${NO-}', { A: 'd', B: 'd', C: '', D: '' }],
    ['export A=${NO:=d} B=$NO', { A: 'd', B: 'd', NO: 'unset' }],
    [': "${A:=d}"; export A', { A: 'd' }],
    ['export A="${X:-${HOME:-no}/z}"', { A: '/home/ada/z' }],
    ['export A=${HOME:+yes}${NO:+no}', { A: 'yes' }],
    ['export A=~/x B=a:~/y C="~/z"', { A: '/home/ada/x', B: 'a:/home/ada/y', C: '~/z' }],
    ['export A=one\\\n two', { A: 'one', two: 'unset' }],
    ['export A=1 # a comment\n# export B=2\nexport C=a#b', { A: '1', C: 'a#b' }],
    ['set -euo pipefail\nset -a\nA=1\nset +a\nB=2', { A: '1', B: 'unset' }],
    ['HOME=/x', { HOME: '/x' }],
    ['export A=1; unset A; export -n HOME', { A: 'unset', HOME: 'unset' }],
    ['A=1; A+=2; export A', { A: '12' }],
    ['export LLM_MODEL=${SERVED_MODEL_NAME}\nmkdir -p "${HOME}/x" && cd /tmp || true', { LLM_MODEL: 'qwen' }],
    ['(export A=1)\nB=1 env | cat\nexport C=1 &', {}],
    ['cat <<END > /dev/null\nexport A=1\nEND\nexport B=1', { B: '1' }],
    ['f() { export A=1; }\nexport B=2', { B: '2' }],
  ])('%s', (script, expected) => {
    expect(read(script)).toEqual(expected);
  });
});

describe('leaves to bash', () => {
  test.each([
    ['export A=$(date) B=1', { A: 'unknown', B: '1' }],
    ['if true; then export A=1; fi\nexport B=2', { A: 'unknown', B: '2' }],
    ['[ -n "$X" ] && export A=1\nexport B=2', { A: 'unknown', B: '2' }],
    ['for A in 1 2; do B=$A; done', { A: 'unknown', B: 'unknown' }],
    ['case $HOME in /*) export A=1;; *) A=2;; esac', { A: 'unknown' }],
    ['export A=1\nsource ./other.sh\nexport B=2', { B: '2', doubt: 'it reads another script, ./other.sh' }],
    ['f() { export A=1; }\nf\nexport B=2', { B: '2', doubt: 'the function f' }],
    [
      'export A=${HOME%/*} B=${#HOME} C=$((1+1)) D=`date`',
      { A: 'unknown', B: 'unknown', C: 'unknown', D: 'unknown' },
    ],
    ['export A=$RANDOM B=$1', { A: 'unknown', B: 'unknown' }],
    ['declare -i A=1+1\ndeclare -x B=2', { A: 'unknown', B: '2' }],
    ['read A\nexport B=1', { B: '1', doubt: 'the command read' }],
    ['export A=1\nfi\nexport B=2', { doubt: '"fi" without its beginning' }],
    ['export A="1', { doubt: 'a double quote that is not closed' }],
  ])('%s', (script, expected) => {
    expect(read(script)).toEqual(expected);
  });
});

test('a secret of the environment stays one, whatever is made of it', () => {
  const script =
    'export URL="https://x?key=$API_KEY" A=${API_KEY:-none} B=${API_KEY:+yes}\nexport PIN=12 # secret';
  const { environment, marked } = parseEnvScript(script, { API_KEY: { secret: true } });
  expect(environment.get('URL')).toEqual({ kind: 'secret' });
  expect(environment.get('A')).toEqual({ kind: 'secret' });
  expect(environment.get('B')).toMatchObject({ kind: 'text', text: 'yes' });
  expect(environment.get('PIN')).toEqual({ kind: 'text', text: '12', isSecret: true });
  expect(marked).toEqual(['PIN']);
});

describe('placeholders', () => {
  const names = (script: string): readonly string[] =>
    parseEnvScript(script, ENV).placeholders.map(({ text }) => text);

  test('are found where they stand', () => {
    const script = '# /path/to/nothing\nexport A="/path/to/models"\nexport B="${A}/x" C=your_key D=<token>\n';
    expect(names(script)).toEqual(['"/path/to/models"', 'your_key', '<token>']);
    expect(names('export D="<token>" E=changeme F=sk-xxxxxxxx G=your-api-key-here')).toHaveLength(4);
    expect(names('if true; then export A=/path/to/x; fi')).toEqual(['/path/to/x']);
    expect(names('source /path/to/venv/bin/activate')).toEqual(['/path/to/venv/bin/activate']);
  });

  test('a default that is not taken is none, one that is taken is', () => {
    expect(names('export A="${HOME:-/path/to/x}"')).toEqual([]);
    expect(names('export A="${NO:-/path/to/x}"')).toEqual(['"${NO:-/path/to/x}"']);
  });

  test.each([
    'export A=/data/paths/to',
    'echo "set /path/to/x"',
    'export A=http://localhost:8000 # /path/to/x',
  ])('none in %s', (script) => expect(names(script)).toEqual([]));

  test('every script that ships has some, until somebody fills it in', () => {
    for (const recipe of readdirSync(RECIPES)) {
      const folder = path.join(RECIPES, recipe);
      const scripts = recipe.includes('.')
        ? []
        : readdirSync(folder).filter((file) => file.endsWith('.env.sh'));
      for (const script of scripts) {
        const reading = parseEnvScript(readFileSync(path.join(folder, script), 'utf8'), {});
        expect(reading.placeholders.length, script).toBeGreaterThan(0);
        expect(reading.doubt, script).toBeNull();
      }
    }
  });
});

const BITS = [
  'export ',
  'A',
  'B',
  'HOME',
  '=',
  '+=',
  '$',
  '${',
  '}',
  ':-',
  ':=',
  '-',
  '"',
  "'",
  '\\',
  ' ',
  '\n',
  ';',
  '#',
  '~',
  '/',
  ':',
  'x',
  '$(',
  ')',
  '`',
  '(',
  '&&',
  '|',
  'if ',
  'fi',
  'case ',
  '<<E',
  '{',
  ';;',
  "$'",
  '[[ ',
  ']]',
  '!',
  'set -a',
];
const scripts = fc.array(fc.constantFrom(...BITS), { maxLength: 40 }).map((bits) => bits.join(''));

test('no text makes it throw or take long', () => {
  fc.assert(
    fc.property(scripts, (script) => void parseEnvScript(script, ENV)),
    { numRuns: 2000 },
  );
  for (const bomb of [
    '${A:-'.repeat(20_000),
    '"${A:-"'.repeat(20_000),
    '$('.repeat(20_000),
    'if '.repeat(20_000),
    '"$('.repeat(5_000),
    '! '.repeat(20_000),
    'A=$A$A\n'.repeat(2_000),
    '(('.repeat(9_000),
    '{ '.repeat(9_000),
    '<<E '.repeat(9_000),
  ]) {
    const start = performance.now();
    parseEnvScript(`A=x\n${bomb}`, ENV);
    expect(performance.now() - start).toBeLessThan(2_000);
  }
});

describe('agrees with bash', () => {
  const word = fc
    .array(
      fc.constantFrom(
        'x',
        '1',
        '/',
        ':',
        '~',
        '.',
        "'q r'",
        '"d $A"',
        '"${B}"',
        '$A',
        '${A}',
        '${B:-d}',
        '${B-e}',
        '${C:=f}',
        '${HOME:+h}',
        "$'a\\tb'",
        '\\$',
        '\\ ',
        '"\\a"',
        '"\\$"',
        '""',
        '${EMPTY:-${A}}',
        '"${EMPTY:-"in"}"',
        '"${N:-\'s\'}"',
        '$',
        '#',
        '*',
        '"${N:-\\}}"',
        '${N:-~/z}',
        '=',
      ),
      { maxLength: 5 },
    )
    .map((parts) => parts.join(''));
  const name = fc.constantFrom('A', 'B', 'C', 'EMPTY', 'N');
  const line = fc.oneof(
    fc.tuple(name, word).map(([n, w]) => `export ${n}=${w}`),
    fc.tuple(name, word).map(([n, w]) => `${n}=${w}`),
    fc.tuple(name, word).map(([n, w]) => `${n}+=${w}`),
    fc.tuple(name, name, word, word).map(([n, m, w, v]) => `export ${n}=${w} ${m}=${v} ${n}`),
    name.map((n) => `export ${n}`),
    name.map((n) => `unset ${n}`),
    name.map((n) => `export -n ${n}`),
    fc.tuple(name, word).map(([n, w]) => `${n}=${w} true`),
    fc.tuple(name, word).map(([n, w]) => `: "\${${n}:=${w.replaceAll(/["'\\$`~{}]/g, '')}}"`),
    fc.constantFrom(
      'set -a',
      'set +a',
      '# a comment',
      'true && false',
      'mkdir -p "$A" > /dev/null 2>&1 || true',
    ),
  );

  test('on plain scripts, wherever it claims to know', () => {
    const env = { HOME: '/home/ada', EMPTY: '', A: 'from outside' };
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 6 }), (lines) => {
        const script = lines.filter((one) => !one.startsWith('mkdir')).join('\n');
        const real = bashEnvironment(script, env);
        if (real === null) return;
        for (const [variable, value] of parseEnvScript(script, env).environment) {
          if (value.kind === 'text')
            expect({ script, [variable]: real[variable] }).toEqual({ script, [variable]: value.text });
          if (value.kind === 'unset') expect({ script, [variable]: real[variable] }).toEqual({ script });
        }
      }),
      { numRuns: 1500 },
    );
  }, 60_000);
});

/** What bash makes of it; null when it fails. */
function bashEnvironment(script: string, env: Readonly<Record<string, string>>) {
  try {
    const out = execFileSync('bash', ['--noprofile', '--norc', '-c', `${script}\ncommand -p env -0`], {
      env: { NODE_ENV: 'test', ...env },
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 5000,
    }).toString('utf8');
    const pairs = out
      .split('\0')
      .filter(Boolean)
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]);
    return Object.fromEntries<string>(pairs.map(([name = '', value = '']) => [name, value]));
  } catch {
    return null;
  }
}
