import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseLayer } from '@/lib/recipes/layers/parse-layer';
import { secretLiterals } from './secret-literals';
import { isSecretKey, isSecretVariable, variableNameOf } from './secret-names';
import { coverInPlace, removalOf, secretRanges, withoutSecrets } from './without-secrets';

// put together, so that no scanner of repositories takes these for real
const TOKEN = ['sk', 'proj', 'Ab1Cd2Ef3Gh4Ij5Kl6Mn7'].join('-');
const HF = `hf_${'AbCdEfGh'.repeat(4)}`;
const AWS = `AKIA${'ABCD1234'.repeat(2)}`;
const PEM = ['-----BEGIN', 'PRIVATE KEY-----\nMIIabc\n-----END', 'PRIVATE KEY-----'].join(' ');

const found = (file: string, text: string) =>
  secretLiterals(file, text).map(({ value, name, form }) => ({ value, name, form }));

describe('what is a secret in a layer', () => {
  test('the value of a key that is named like one', () => {
    const text = 'service:\n  tinker_service:\n    api_key: "hunter2 hunter2"  # ours\n    base_url: null\n';
    expect(found('r/a.yaml', text)).toEqual([
      { value: 'hunter2 hunter2', name: 'TINKER_API_KEY', form: 'value' },
    ]);
    expect(withoutSecrets('r/a.yaml', text)).toBe(
      'service:\n  tinker_service:\n    api_key: "${oc.env:TINKER_API_KEY}"  # ours\n    base_url: null\n',
    );
  });

  test.each([
    ['a reference', 'api_key: ${oc.env:API_KEY}'],
    ['nothing', 'api_key: ""'],
    ['null', 'api_key: null'],
    ['the word of local servers', 'api_key: EMPTY'],
    ['a placeholder', 'api_key: your_key'],
    ['another placeholder', 'password: <your-password>'],
    ['a column', 'prompt_key: prompt\nanswer_key: answer'],
    ['a count', 'max_tokens: 1024\nmin_mini_batch_sequences: 3'],
    ['a tokenizer', 'tokenizer: Qwen/Qwen3\neos_token: "<|im_end|>"'],
    ['what the author vouches for', `api_key: local-only # not secret`],
  ])('not %s', (_, text) => {
    expect(found('a.yaml', text)).toEqual([]);
  });

  test('what the author marks', () => {
    expect(found('a.yaml', 'pin: 123456 # secret\nother: 5')).toEqual([
      { value: '123456', name: 'PIN', form: 'value' },
    ]);
  });

  test('a known token, wherever it stands', () => {
    const text = `# old: ${HF}\nheaders:\n  auth: "Bearer ${TOKEN}"\nitems: [${AWS}]\nurl: https://me:pa55word@host/x\n`;
    expect(found('a.yaml', text)).toEqual([
      { value: HF, name: 'SECRET', form: 'text' },
      { value: TOKEN, name: 'HEADERS_AUTH', form: 'part' },
      { value: AWS, name: 'ITEMS', form: 'value' },
      { value: 'pa55word', name: 'URL', form: 'part' },
    ]);
    const clean = withoutSecrets('a.yaml', text);
    expect(clean).toContain('auth: "Bearer ${oc.env:HEADERS_AUTH}"');
    expect(clean).toContain('# old: ***');
    expect(clean).toContain('https://me:${oc.env:URL}@host/x');
  });

  test('a private key in a block of text', () => {
    const text = `private_key: |\n  ${PEM.replaceAll('\n', '\n  ')}\nnext: 1\n`;
    expect(withoutSecrets('a.yaml', text)).not.toContain('MIIabc');
    expect(parseLayer(withoutSecrets('a.yaml', text)).ok).toBe(true);
  });

  test('also while the text is broken', () => {
    const text = 'a: [1,\napi_key: abc123abc # mine\n';
    expect(withoutSecrets('a.yaml', text)).toBe('a: [1,\napi_key: "${oc.env:API_KEY}" # mine\n');
  });
});

describe('what is a secret in a script', () => {
  test.each([
    ['export WANDB_KEY="abc def"', 'abc def'],
    ["HF_TOKEN='abc'", 'abc'],
    ['  export X=1 OPENAI_API_KEY=abc; echo', 'abc'],
    ['export API_KEY="${API_KEY:-abc123}"', 'abc123'],
    ['export PIN=1234 # secret', '1234'],
  ])('%s', (line, value) => {
    expect(found('r/a.env.sh', `#!/bin/bash\n${line}\n`).map((one) => one.value)).toEqual([value]);
    expect(withoutSecrets('r/a.env.sh', line)).not.toContain(value);
  });

  test.each([
    'export WANDB_KEY="your_key"',
    'export API_KEY=$(cat ~/.key)',
    'export API_KEY="${OTHER}"',
    'export API_KEY=',
    '# export API_KEY=abc',
    'export KEY_COLUMN=prompt',
    'export LLM_API_KEY=EMPTY',
    'export CACHE_KEY=abc # not secret',
  ])('not in %s', (line) => {
    expect(found('a.env.sh', line)).toEqual([]);
  });
});

test('names', () => {
  expect(['OPENAI_API_KEY', 'HF_TOKEN', 'WANDB_KEY', 'DB_PASSWORD'].every(isSecretVariable)).toBe(true);
  expect(['MAX_TOKENS', 'TOKENIZER_PATH', 'AWS_SECRET_FILE', 'HOME'].some(isSecretVariable)).toBe(false);
  expect(['GALLEY_ALERT_WEBHOOK', 'SLACK_WEBHOOK_URL'].every(isSecretVariable)).toBe(true);
  expect(['WEBHOOK_PORT', 'WEBHOOKS'].some(isSecretVariable)).toBe(false);
  expect(['apiKey', 'auth_token', 'OPENAI_KEY'].every(isSecretKey)).toBe(true);
  expect(variableNameOf(['a', 'apiKey'])).toBe('A_API_KEY');
});

test('taking a secret out of a script takes its line, and keeps what else stands there', () => {
  const removed = (text: string, name?: string): string => {
    const [literal] = secretLiterals('a.env.sh', text);
    if (literal === undefined) throw new Error('no literal');
    const edit = removalOf(literal, text, name ?? literal.name);
    return text.slice(0, edit.start) + edit.text + text.slice(edit.end);
  };
  expect(removed('a=1\nexport HF_TOKEN=abc\nb=2\n')).toBe('a=1\nb=2\n');
  expect(removed('export HF_TOKEN=abc # from Ada\n')).toBe('# from Ada\n');
  expect(removed('export A=1 HF_TOKEN=abc B=2\n')).toBe('export A=1 HF_TOKEN="${HF_TOKEN}" B=2\n');
  expect(removed('export HF_TOKEN=abc\n', 'HF_TOKEN_2')).toBe('export HF_TOKEN="${HF_TOKEN_2}"\n');
});

const WORDS = [
  'api_key',
  'password',
  'a',
  ':',
  ' ',
  '\n',
  '"',
  "'",
  '- ',
  '#',
  '=',
  'export ',
  '${',
  '}',
  ` ${TOKEN} `,
  'x1',
  '[',
  '|',
];

test('no text makes it throw, a second pass finds nothing, and no value is left', () => {
  const texts = fc.array(fc.constantFrom(...WORDS), { maxLength: 30 }).map((words) => words.join(''));
  fc.assert(
    fc.property(texts, fc.constantFrom('a.yaml', 'a.env.sh', 'README.md'), (text, file) => {
      const clean = withoutSecrets(file, text);
      expect(clean).not.toContain(TOKEN);
      for (const { start, end } of secretRanges(file, text)) {
        expect(start).toBeLessThan(end);
        expect(end).toBeLessThanOrEqual(text.length);
      }
      expect(withoutSecrets(file, clean).includes(TOKEN)).toBe(false);
    }),
  );
});

test('a cover in place leaves every other place of the text where it was', () => {
  const text = `api_key: hunter2-hunter2 # ours\nkey: |\n  ${PEM}\nseed: 1\n`;
  const covered = coverInPlace('r/a.yaml', text);
  expect(covered).not.toMatch(/hunter2|MIIabc/);
  expect(covered).toHaveLength(text.length);
  expect(covered.split('\n')).toHaveLength(text.split('\n').length);
  expect(covered.indexOf('seed')).toBe(text.indexOf('seed'));
});
