import { describe, expect, test, vi } from 'vitest';
import { compose, type ComposeInput } from './compose';
import { fixEdits } from './fix-edits';
import { plainValue } from './plain-value';

// a bomb takes a second of work to refuse; a busy machine may take its time
vi.setConfig({ testTimeout: 120_000 });

const COMMON = `data:
  seed: 42
  data_files:
    - "\${oc.env:DATA}/train.parquet"
service: null
trainer:
  steps: 100
  lr: 1e-4
`;
const SELF_HOSTED = `defaults:
  - common
  - _self_

service:
  url: http://\${oc.env:API_HOST,localhost}:8000
  alias: \${trainer.rate}
trainer:
  steps: 200
  rate: \${.lr}
`;

const RECIPE: ComposeInput = {
  files: { 'my_task/common.yaml': COMMON, 'my_task/self_hosted.yaml': SELF_HOSTED },
  entry: 'my_task/self_hosted.yaml',
  env: { DATA: '/data' },
};

function single(text: string, more: Partial<ComposeInput> = {}): ReturnType<typeof compose> {
  return compose({ files: { 'config.yaml': text }, entry: 'config.yaml', env: {}, ...more });
}

function resolvedOf(result: ReturnType<typeof compose>): unknown {
  return result.resolved === null ? null : plainValue(result.resolved);
}

describe('a recipe in a folder', () => {
  test('is composed as if its folder were the root', () => {
    const result = compose(RECIPE);
    expect(result.diagnostics).toEqual([]);
    expect(resolvedOf(result)).toEqual({
      data: { seed: 42, data_files: ['/data/train.parquet'] },
      service: { url: 'http://localhost:8000', alias: 0.0001 },
      trainer: { steps: 200, lr: 0.0001, rate: 0.0001 },
    });
  });

  test('keeps its interpolations in the composed view', () => {
    const { composed } = compose(RECIPE);
    expect(composed === null ? null : plainValue(composed)).toMatchObject({ trainer: { rate: '${.lr}' } });
  });

  test('may share a layer with another recipe', () => {
    const files = {
      'shared/base.yaml': 'a: 1\n',
      'x/run.yaml': 'defaults: [/shared/base@_here_, _self_]\nb: 2\n',
    };
    expect(resolvedOf(compose({ files, entry: 'x/run.yaml', env: {} }))).toEqual({ a: 1, b: 2 });
  });

  test('has groups of its own, which overrides choose by their short names', () => {
    const files = {
      'x/run.yaml': 'defaults:\n  - model: small\n  - optional extra: ${model}_extra\n  - _self_\n',
      'x/model/small.yaml': 'size: 1\n',
      'x/model/large.yaml': 'size: 2\n',
      'x/extra/large_extra.yaml': 'more: 1\n',
      'size/note.yaml': 'another recipe: 1\n',
    };
    const composed = (overrides: readonly string[]): unknown =>
      resolvedOf(compose({ files, entry: 'x/run.yaml', env: {}, overrides }));
    expect(composed([])).toEqual({ model: { size: 1 } });
    expect(composed(['model=large'])).toEqual({ model: { size: 2 }, extra: { more: 1 } });
    expect(composed(['+size=3'])).toEqual({ model: { size: 1 }, size: 3 });
    expect(composed(['+model@critic=large', 'critic.size=5'])).toEqual({
      model: { size: 1 },
      critic: { size: 5 },
    });
  });

  test.each([
    '../../secret',
    '../x/../../secret',
    '/../secret',
    '/../../etc/passwd',
    'group: ../../secret',
    'optional /../secret: a',
  ])('cannot reach outside the search root: %s', (outside) => {
    const files = { 'x/run.yaml': `defaults: [${outside}, _self_]\n` };
    const { diagnostics, resolved } = compose({ files, entry: 'x/run.yaml', env: {} });
    const isOptional = outside.startsWith('optional');
    expect(resolved === null).toBe(!isOptional);
    expect(diagnostics.some(({ severity }) => severity === 'error')).toBe(!isOptional);
  });

  test('says that layers lie inside the search root', () => {
    const files = { 'x/run.yaml': 'defaults: [../../secret, _self_]\n' };
    const [problem] = compose({ files, entry: 'x/run.yaml', env: {} }).diagnostics;
    expect(problem).toMatchObject({ code: 'missing_config', severity: 'error' });
    expect(problem?.message).toContain('inside the search root');
  });
});

describe('provenance', () => {
  const { provenance } = compose({ ...RECIPE, overrides: ['trainer.lr=0.5', '+trainer.extra=[1]'] });
  const text = (path: string): string | null => {
    const source = provenance.get(path)?.source;
    return source ? (RECIPE.files[source.file]?.slice(source.start, source.end) ?? null) : null;
  };

  test('names the range that won and the ranges that it beat', () => {
    expect(text('trainer.steps')).toBe('200');
    const [beaten] = provenance.get('trainer.steps')?.beaten ?? [];
    expect(beaten?.file).toBe('my_task/common.yaml');
    expect(COMMON.slice(beaten?.start, beaten?.end)).toBe('100');
  });

  test('covers the items of lists', () => {
    expect(text('data.data_files[0]')).toBe('"${oc.env:DATA}/train.parquet"');
  });

  test('lists the stations of an interpolation, outermost first', () => {
    expect(provenance.get('service.alias')?.chain).toEqual(['trainer.rate', 'trainer.lr']);
    expect(provenance.get('data.data_files[0]')?.chain).toEqual(['env:DATA']);
  });

  test('names the override that set a value, and what it beat', () => {
    expect(provenance.get('trainer.lr')).toMatchObject({ source: null, override: 0 });
    expect(provenance.get('trainer.lr')?.beaten).toHaveLength(1);
    expect(provenance.get('trainer.extra[0]')).toMatchObject({ source: null, override: 1, beaten: [] });
  });

  test('follows an interpolation into the map that it stands for', () => {
    const result = single('m: {x: 1}\na: ${m}\n');
    expect(result.provenance.get('a')).toMatchObject({ chain: ['m'] });
    expect(result.provenance.get('a.x')?.source).toEqual(result.provenance.get('m.x')?.source);
  });
});

describe('diagnostics', () => {
  test('a broken layer is reported with its place, and nothing is composed', () => {
    const result = single('a: 1\nb: [1\n');
    expect(result).toMatchObject({ composed: null, resolved: null });
    expect(result.diagnostics).toMatchObject([
      {
        code: 'yaml',
        severity: 'error',
        range: { file: 'config.yaml' },
        reference: { class: 'yaml', phase: 'compose' },
      },
    ]);
  });

  test('every value that cannot be resolved is reported, in document order, and the rest stays resolved', () => {
    const result = single('a: ${nope}\nb: ${oc.env:NOWHERE}\nc: ${d}\nd: 1\n');
    expect(result.diagnostics.map(({ code, path }) => [code, path])).toEqual([
      ['interp_key', 'a'],
      ['env_unset', 'b'],
    ]);
    expect(resolvedOf(result)).toEqual({ a: '${nope}', b: '${oc.env:NOWHERE}', c: 1, d: 1 });
  });

  test('a reference that looks like a shell variable gets a fix', () => {
    const text = 'path: "${NEXRL_DATA_PATH}/train.parquet"\n';
    const fix = single(text).diagnostics[0]?.fix;
    const [edit, ...more] = fix === undefined ? [] : fixEdits(fix, {});
    expect(more).toEqual([]);
    const fixed = text.slice(0, edit?.start) + (edit?.text ?? '') + text.slice(edit?.end);
    expect(fixed).toBe('path: "${oc.env:NEXRL_DATA_PATH}/train.parquet"\n');
  });

  test('a misspelt key of an override is answered with the nearest one', () => {
    const [problem] = compose({ ...RECIPE, overrides: ['trainer.stesp=1'] }).diagnostics;
    expect(problem).toMatchObject({ code: 'unknown_key', path: 'trainer.stesp' });
    expect(problem?.message).toContain('"steps"');
  });

  test('a missing layer is reported at the entry that lists it', () => {
    const text = 'defaults:\n  - commom\n  - _self_\n';
    const [problem] = single(text).diagnostics;
    expect(problem).toMatchObject({ code: 'missing_config', reference: { missing: 'commom' } });
    expect(text.slice(problem?.range?.start, problem?.range?.end)).toBe('commom');
  });

  test('all that is wrong is told at once, the first error first', () => {
    const files = {
      'a.yaml': 'defaults: [b, nope, _self_]\nx: ${oc.env:}}\ny: ${a b}\n',
      'b.yaml': 'k: [\n',
    };
    const { diagnostics } = compose({ files, entry: 'a.yaml', env: {}, overrides: ['=', 'x=['] });
    expect(diagnostics.map(({ code, range }) => [code, range?.file ?? null])).toEqual([
      ['override_syntax', null],
      ['grammar', 'a.yaml'],
      ['yaml', 'b.yaml'],
      ['missing_config', 'a.yaml'],
    ]);
  });

  test('layers that include each other are told as a circle', () => {
    const files = { 'a.yaml': 'defaults: [b]\n', 'b.yaml': 'defaults: [a]\n' };
    const [problem] = compose({ files, entry: 'a.yaml', env: {} }).diagnostics;
    expect(problem).toMatchObject({ code: 'cycle' });
    expect(problem?.message).toMatch(/a → b → a|b → a → b/);
  });

  test('a defaults list without _self_ is a warning, or an error where the environment says so', () => {
    const files = { 'a.yaml': 'defaults: [b]\nx: 1\n', 'b.yaml': 'y: 2\n' };
    const warned = compose({ files, entry: 'a.yaml', env: {} });
    expect(warned.diagnostics).toMatchObject([{ code: 'self_missing', severity: 'warning' }]);
    expect(resolvedOf(warned)).toEqual({ y: 2, x: 1 });
    const refused = compose({ files, entry: 'a.yaml', env: { SELF_WARNING_AS_ERROR: '1' } });
    expect(refused).toMatchObject({
      resolved: null,
      diagnostics: [{ code: 'self_missing', severity: 'error' }],
    });
  });
});

describe('secrets', () => {
  const env = { KEY: { secret: true } } as const;

  test('stand for themselves in whatever is derived from them', () => {
    const result = single('key: ${oc.env:KEY}\nheader: Bearer ${key}\nagain: ${header}\n', { env });
    expect(resolvedOf(result)).toEqual({
      key: { $secret: 'KEY' },
      header: { $secret: 'KEY', $template: 'Bearer ${KEY}' },
      again: { $secret: 'KEY', $template: 'Bearer ${KEY}' },
    });
  });

  test('win over a default', () => {
    expect(resolvedOf(single('key: ${oc.env:KEY,none}\n', { env }))).toEqual({ key: { $secret: 'KEY' } });
  });
});

describe('keys that JavaScript treats specially', () => {
  const NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '10', '2'];

  test('are ordinary keys, in their order', () => {
    const text = NAMES.map((name) => `${JSON.stringify(name)}: {polluted: ${JSON.stringify(name)}}`).join(
      '\n',
    );
    const result = single(text);
    expect(result.diagnostics).toEqual([]);
    const names = result.resolved?.kind === 'map' ? result.resolved.entries.map(([key]) => key) : [];
    expect(names).toEqual(NAMES.map((value) => ({ kind: 'string', value })));
    expect({}).not.toHaveProperty('polluted');
  });

  test('name neither layers, environment variables nor Hydra settings', () => {
    expect(single('defaults: [constructor]\n').diagnostics).toMatchObject([{ code: 'missing_config' }]);
    expect(single('a: ${oc.env:toString}\n').diagnostics).toMatchObject([{ code: 'env_unset' }]);
    expect(single('hydra: {constructor: 1}\n').diagnostics).toMatchObject([{ code: 'unknown_key' }]);
    expect(single('a: ${__proto__.x}\n').diagnostics).toMatchObject([{ code: 'interp_key' }]);
  });

  test('can be set by overrides', () => {
    const result = single('a: 1\n', { overrides: ['+__proto__.polluted=1'] });
    expect(JSON.stringify(resolvedOf(result))).toBe('{"a":1,"__proto__":{"polluted":1}}');
    expect({}).not.toHaveProperty('polluted');
  });
});

describe('input that grows without end is refused, not followed', () => {
  const levels = Array.from({ length: 30 }, (_, level) => level);

  test('a bomb of aliases', () => {
    const text = levels.map(
      (level) => `a${level}: &a${level} [${level === 0 ? 'x' : `*a${level - 1}, *a${level - 1}`}]`,
    );
    expect(single(text.join('\n')).diagnostics).toMatchObject([{ code: 'too_large' }]);
  });

  test('a bomb of interpolated maps', () => {
    const text = levels.map(
      (level) => `a${level}: ${level === 0 ? '{x: 1}' : `{l: "\${a${level - 1}}", r: "\${a${level - 1}}"}`}`,
    );
    expect(single(text.join('\n')).diagnostics).toMatchObject([{ code: 'too_large' }]);
  });

  test('a bomb of interpolated texts', () => {
    const text = levels.map(
      (level) => `a${level}: ${level === 0 ? 'xxxxxxxx' : `\${a${level - 1}}\${a${level - 1}}`}`,
    );
    const codes = single(text.join('\n')).diagnostics.map(({ code }) => code);
    expect(codes.length).toBeGreaterThan(0);
    expect(new Set(codes)).toEqual(new Set(['too_large']));
  });

  test('a bomb of layers that copy what they merge into', () => {
    const files = Object.fromEntries(
      levels.map((level) => [
        `l${level}.yaml`,
        `a: {l: "\${b}", r: "\${b}"}\nb: {l: {z: ${level}}, r: {z: ${level}}, c: "\${a}"}\n`,
      ]),
    );
    const entry = `defaults: [${levels.map((level) => `l${level}`).join(', ')}]\n`;
    expect(() =>
      compose({ files: { ...files, 'config.yaml': entry }, entry: 'config.yaml', env: {} }),
    ).not.toThrow();
  });

  test.each([
    ['brackets', `a: ${'['.repeat(5000)}`, 'cycle'],
    ['braces', `a: ${'{a: '.repeat(5000)}`, 'cycle'],
    ['block lists', `${'- '.repeat(5000)}x`, 'cycle'],
    ['interpolations', `a: "${'${'.repeat(5000)}"`, 'grammar'],
    ['a package', `defaults: [c@${'x.'.repeat(5000)}x]`, 'cycle'],
  ])('deep nesting of %s', (_, text, code) => {
    const files = { 'config.yaml': text, 'c.yaml': 'a: 1\n' };
    expect(compose({ files, entry: 'config.yaml', env: {} }).diagnostics).toMatchObject([{ code }]);
  });

  test.each([
    ['a key', `+${'a.'.repeat(5000)}a=1`, 'cycle'],
    ['a value', `+a=${'['.repeat(5000)}`, 'override_syntax'],
  ])('deep nesting of %s in an override', (_, override, code) => {
    expect(single('a: 1\n', { overrides: [override] }).diagnostics).toMatchObject([{ code }]);
  });

  test('a long chain of interpolations', () => {
    const text = Array.from({ length: 5000 }, (_, at) => `k${at}: \${k${at + 1}}`).join('\n');
    expect(single(text).diagnostics[0]).toMatchObject({ code: 'interp_cycle' });
  });

  test('a long chain of maps that hold each other', () => {
    const text = Array.from({ length: 3000 }, (_, at) => `k${at}: {x: "\${k${at + 1}}"}`).join('\n');
    expect(single(`${text}\nk3000: 1\n`).diagnostics.length).toBeGreaterThan(0);
  });
});

test('${now:…} reads the time that it is given', () => {
  const now = new Date(2026, 10, 22, 9, 5, 7);
  expect(resolvedOf(single('dir: runs/${now:%Y-%m-%d}/${now:%H-%M-%S}\n', { now }))).toEqual({
    dir: 'runs/2026-11-22/09-05-07',
  });
});
