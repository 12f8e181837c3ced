import { expect, test } from 'vitest';
import { plainValue } from '@/lib/recipes/plain-value';
import { composeVariant, type VariantInput } from './compose-variant';

const SECRET = 'hunter2-hunter2';

function composed(input: Partial<VariantInput> & { readonly layer: string; readonly script?: string }) {
  const { layer, script, ...rest } = input;
  const { composed: result, environment } = composeVariant({
    files: { 'r/v.yaml': `defaults:\n  - _self_\n${layer}` },
    entry: 'r/v.yaml',
    env: {},
    scripts: script === undefined ? {} : { 'r/v.env.sh': script },
    ...rest,
  });
  const values = result.resolved === null ? null : plainValue(result.resolved);
  const diagnostics = result.diagnostics.map(({ code, severity }) => `${severity} ${code}`);
  return { values, diagnostics, environment, all: result };
}

test('the script beside the variant gives its values, over those of the process', () => {
  const { values, diagnostics, environment } = composed({
    layer: 'a: ${oc.env:A}\nb: ${oc.env:B}\n',
    script: 'export A="${ROOT}/x"\n',
    env: { A: 'outside', B: 'b', ROOT: '/data' },
  });
  expect(values).toEqual({ a: '/data/x', b: 'b' });
  expect(diagnostics).toEqual([]);
  expect(environment).toMatchObject({ script: 'r/v.env.sh', sets: ['A'] });
});

test('environment.setup_script names another one, from the folder of the variant', () => {
  const files = { scripts: { 'shared/all.env.sh': 'export A=1\n', 'r/v.env.sh': 'export A=2\n' } };
  const layer = 'environment: {setup_script: ../shared/all.env.sh}\na: ${oc.env:A}\n';
  expect(composed({ layer, ...files }).values).toMatchObject({ a: '1' });
  expect(composed({ layer, scripts: {}, env: { A: 'x' } }).diagnostics).toEqual(['error env-script-missing']);
});

test('a required script must be there', () => {
  const layer = 'environment: {require_setup_script: true}\n';
  expect(composed({ layer }).diagnostics).toEqual(['error env-script-missing']);
  expect(composed({ layer, script: '' }).diagnostics).toEqual([]);
});

test('what is missing is named, and a value for the preview stands in for it', () => {
  const layer = 'a: ${oc.env:A}/x\nb: ${oc.env:MY_TOKEN}\n';
  const { diagnostics, environment } = composed({ layer });
  expect(diagnostics).toEqual(['error env_unset', 'error env_unset']);
  expect(environment.variables).toEqual([
    { name: 'A', state: 'missing', isSecret: false, isFromScript: false },
    { name: 'MY_TOKEN', state: 'missing', isSecret: true, isFromScript: false },
  ]);
  const tried = composed({ layer, previewValues: { A: '/try' }, env: { MY_TOKEN: { secret: true } } });
  expect(tried.values).toEqual({ a: '/try/x', b: { $secret: 'MY_TOKEN' } });
  expect(tried.environment.variables.map(({ state }) => state)).toEqual(['preview', 'secret']);
});

test('what only running tells is a remark, not an error and not a guess', () => {
  const { diagnostics, environment, all } = composed({
    layer: 'a: ${oc.env:A}\n',
    script: '# x\nexport A=$(hostname)\n',
    env: { A: 'outside' },
  });
  expect(diagnostics).toEqual(['info env-unknown-until-run']);
  expect(all.diagnostics[0]?.message).toContain('line 2');
  expect(environment.variables).toMatchObject([{ name: 'A', state: 'pending' }]);
});

test('a placeholder is an error in the script', () => {
  const { all } = composed({ layer: 'a: 1\n', script: 'export A=/path/to/x\n' });
  expect(all.diagnostics).toMatchObject([
    { code: 'env-placeholder', severity: 'error', range: { file: 'r/v.env.sh', start: 9, end: 19 } },
  ]);
});

test.each([
  ['in a layer', { layer: `api_key: ${SECRET}\ncopy: "x \${api_key} y"\n` }],
  [
    'in the script',
    {
      layer: 'a: ${oc.env:MY_TOKEN}\nb: ${oc.env:URL}\n',
      script: `export MY_TOKEN=${SECRET} URL="h/\${MY_TOKEN}"\n`,
    },
  ],
  ['in an override', { layer: 'a: 1\n', overrides: [`+service.api_key=${SECRET}`] }],
])('a secret in clear %s is an error, and its value is in nothing that comes out', (_, input) => {
  const { diagnostics, values, all } = composed(input);
  expect(diagnostics).toContain('error literal-secret');
  const text = JSON.stringify(
    [values, all.diagnostics, [...all.provenance], all.composed, all.resolved],
    (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value),
  );
  expect(text).not.toContain(SECRET);
});

test('a variable that a layer marks is a secret', () => {
  const { values } = composed({ layer: 'a: ${oc.env:PIN} # secret\n', env: { PIN: '1234' } });
  expect(values).toEqual({ a: { $secret: 'PIN' } });
});
