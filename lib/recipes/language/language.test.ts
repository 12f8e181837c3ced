import { describe, expect, test } from 'vitest';
import { compose } from '@/lib/recipes/compose';
import { plainValue } from '@/lib/recipes/plain-value';
import { listVariants } from '@/lib/recipes/list-variants';
import { codeActions } from './code-actions';
import { completeAt } from './complete';
import { pathAt } from './cursor';
import { definitionAt } from './definition';
import { hoverAt } from './hover';
import { inlayHints } from './inlay-hints';
import type { LanguageFacts } from './language-facts';
import { keyAt, referencesOf } from './references';
import { renameKey } from './rename-key';

const LAYERS = {
  'math/common.yaml': `# What all backends share.
data:
  batch_size: 64
  data_files:
    - "data/train.parquet"
trainer:
  steps: 10
  mini: \${data.batch_size}
  deep:
    near: \${..steps}
    own: \${.near}
`,
  'math/embedded.yaml': `defaults:
  - common
  - _self_

data:
  batch_size: 8 # small
  path: "\${oc.env:DATA_PATH}/x"
  key: "\${oc.env:API_KEY}"
rollout_worker:
  evaluator_module_path: "agent/evaluator.ts:Scorer"
service:
  inference_service:
    backend: embedded
    size: \${oc.select:data.batch_size,1}
`,
  'math/tinker.yaml': `defaults:
  - common
  - _self_
service:
  inference_service:
    backend: tinker
    "batch": \${data[batch_size]}
    twice: \${data.batch_size}-\${data.batch_size}
`,
  'other/common.yaml': `data:
  batch_size: 1
use: \${data.batch_size}
`,
  'other/embedded.yaml': `defaults: [common, _self_]
`,
};

const ENV = { DATA_PATH: '/data', API_KEY: { secret: true } } as const;

function factsOf(
  changed: Readonly<Record<string, string>> = {},
  entry = 'math/embedded.yaml',
): LanguageFacts {
  const layers = { ...LAYERS, ...changed };
  return {
    layers,
    others: {
      'math/embedded.env.sh': '# DATA_PATH= is set below\nexport DATA_PATH="/data"\nexport UNUSED=1\n',
      'math/agent/evaluator.ts': 'import x from "y";\n\nexport class Scorer {\n}\n',
    },
    paths: [
      'math/agent/evaluator.ts',
      'math/data/train.parquet',
      'math/data/test.parquet',
      'other/evaluator.ts',
    ],
    recipe: 'math',
    entry,
    variants: listVariants(layers),
    env: ENV,
    // what was composed before the text that is being typed
    composed: compose({ files: LAYERS, entry, env: ENV }),
  };
}

/** Replaces `from` by `to` in a layer; `|` in `to` is the cursor. */
function typing(from: string, to: string, file: keyof typeof LAYERS = 'math/embedded.yaml') {
  const text = LAYERS[file].replace(from, () => to);
  const offset = text.indexOf('|');
  const facts = factsOf({ [file]: text.replace('|', '') });
  return { facts, file, offset, labels: completeAt(facts, file, offset).map(({ label }) => label) };
}

/** Offset just inside the `nth` occurrence of a word. */
function at(file: keyof typeof LAYERS, word: string, nth = 0): { file: string; offset: number } {
  let offset = -1;
  for (let turn = 0; turn <= nth; turn += 1) offset = LAYERS[file].indexOf(word, offset + 1);
  return { file, offset: offset + 1 };
}

describe('completeAt', () => {
  test('offers the keys of the section that are legal for the backend and not there yet', () => {
    const { labels } = typing('  key: ', '  s|\n  key: ');
    expect(labels).toEqual(expect.arrayContaining(['seed', 'shuffle', 'data_files']));
    expect(labels).not.toContain('batch_size');
    expect(labels).not.toContain('backend');
    expect(labels).not.toContain('trainer');
  });

  test('offers keys on an empty line by its indentation', () => {
    expect(typing('rollout_worker:', '  |\nrollout_worker:').labels).toContain('seed');
    expect(typing('rollout_worker:', '|\nrollout_worker:').labels).toContain('trainer');
    expect(typing('rollout_worker:', '    |\nrollout_worker:').labels).not.toContain('trainer');
  });

  test('offers the values that a key may have', () => {
    expect(typing('batch_size: 8 # small', 'shuffle: |').labels).toEqual(['true', 'false']);
  });

  test('offers them inside quotes too, told by the letters behind the quote', () => {
    const { facts, file, offset, labels } = typing(
      'rollout_worker:',
      'weight:\n  sync_mode: "fu|"\nrollout_worker:',
    );
    expect(labels).toContain('fully-async');
    const ranges = completeAt(facts, file, offset).map(({ range }) => range);
    expect(facts.layers[file]?.slice(ranges[0]?.start, ranges[0]?.end)).toBe('fu');
  });

  test('offers config paths, resolvers and variables inside an interpolation', () => {
    expect(typing('batch_size: 8 # small', 'batch_size: ${|').labels).toEqual(
      expect.arrayContaining(['data', 'trainer', 'oc.env:', 'oc.select:']),
    );
    expect(typing('batch_size: 8 # small', 'batch_size: ${trainer.|}').labels).toEqual([
      'steps',
      'mini',
      'deep',
    ]);
    expect(typing('batch_size: 8 # small', 'batch_size: ${.|}').labels).toContain('path');
    expect(typing('batch_size: 8 # small', 'batch_size: ${..|}').labels).toContain('service');
    expect(typing('batch_size: 8 # small', 'a: "${oc.env:|').labels).toEqual([
      'API_KEY',
      'DATA_PATH',
      'UNUSED',
    ]);
    expect(typing('batch_size: 8 # small', 'a: ${oc.select:data.|').labels).toContain('path');
  });

  test('says of a secret only that it is set', () => {
    const { facts, file, offset } = typing('batch_size: 8 # small', 'a: ${oc.env:|');
    const details = completeAt(facts, file, offset).map(({ label, detail }) => [label, detail]);
    expect(details).toContainEqual(['API_KEY', 'set (secret)']);
    expect(details).toContainEqual(['UNUSED', 'not set']);
  });

  test('offers the layers that the defaults list can name', () => {
    const { labels } = typing('  - common', '  - |');
    expect(labels).toEqual(expect.arrayContaining(['_self_', 'common', 'tinker', '/other/common']));
    expect(labels).not.toContain('embedded');
  });

  test('offers evaluators with their classes, and data files', () => {
    const { labels } = typing('"agent/evaluator.ts:Scorer"', '"|"');
    expect(labels[0]).toBe('agent/evaluator.ts:Scorer');
    expect(labels).toContain('builtin:exact_match');
    expect(typing('"agent/evaluator.ts:Scorer"', '"builtin:|"').labels).toContain('llm_judge');
    expect(typing('"agent/evaluator.ts:Scorer"', '"agent/evaluator.ts:|"').labels).toEqual(['Scorer']);
    expect(typing('"data/train.parquet"', '"|"', 'math/common.yaml').labels).toEqual([
      'data/train.parquet',
      'data/test.parquet',
    ]);
  });

  test('offers nothing in a comment or in block text', () => {
    expect(typing('# small', '# sm|').labels).toEqual([]);
    expect(typing('batch_size: 8 # small', 'note: >\n    da|\n    x').labels).toEqual([]);
  });
});

describe('pathAt', () => {
  test('names the key of the line, or the section that a blank line stands in', () => {
    const text = LAYERS['math/embedded.yaml'];
    expect(pathAt(text, text.indexOf('8 # small'))).toEqual(['data', 'batch_size']);
    expect(pathAt(text, text.indexOf('  batch_size'))).toEqual(['data', 'batch_size']);
    expect(pathAt(`${text}    `, text.length + 4)).toEqual(['service', 'inference_service']);
  });
});

describe('hoverAt', () => {
  const hover = (place: { file: string; offset: number }) =>
    hoverAt(factsOf(), place.file, place.offset)?.sections.join('\n') ?? null;

  test('explains a key and names the layers that give it', () => {
    const text = hover(at('math/embedded.yaml', 'batch_size'));
    expect(text).toContain('Prompts per step.');
    expect(text).toContain('Type: whole number, ≥ 1, in prompts');
    expect(text).toContain('Default: `32`');
    expect(text).toContain('Read by: data loader, checks');
    expect(text).toContain('**math/embedded.yaml:6** `8` counts');
    expect(text).toContain('~~math/common.yaml:3~~ `64` is beaten');
  });

  test('shows what an interpolation comes to', () => {
    const text = hover(at('math/common.yaml', '${data.batch_size}'));
    expect(text).toContain('**data.batch_size** = `8`');
    expect(text).toContain('Through `data.batch_size`');
  });

  test('shows a variable, and of a secret only that it is set', () => {
    expect(hover(at('math/embedded.yaml', 'DATA_PATH'))).toContain('"/data"');
    expect(hover(at('math/embedded.yaml', 'API_KEY'))).toContain('set (secret)');
  });

  test('covers a secret that stands in a layer in clear', () => {
    const text = 'judge_api_key: hunter2-hunter2\n';
    const facts = { ...factsOf({ 'math/common.yaml': text }), composed: null };
    const sections = hoverAt(facts, 'math/common.yaml', 3)?.sections.join('\n') ?? '';
    expect(sections).toContain('math/common.yaml:1');
    expect(sections).not.toContain('hunter2');
  });
});

describe('definitionAt', () => {
  const target = (place: { file: string; offset: number }) => {
    const facts = factsOf();
    const to = definitionAt(facts, place.file, place.offset)?.to;
    if (to === undefined) return null;
    const text = facts.layers[to.file] ?? facts.others[to.file] ?? '';
    return [to.file, text.slice(to.start, to.end)];
  };

  test('leads to a layer, a key, an export, a class', () => {
    expect(target(at('math/embedded.yaml', 'common'))).toEqual(['math/common.yaml', '']);
    expect(target(at('math/common.yaml', 'batch_size}'))).toEqual(['math/embedded.yaml', 'batch_size']);
    expect(target(at('math/common.yaml', 'data.batch_size}'))).toEqual(['math/embedded.yaml', 'data']);
    expect(target(at('math/common.yaml', 'steps}'))).toEqual(['math/common.yaml', 'steps']);
    expect(target(at('math/common.yaml', 'batch_size'))).toEqual(['math/embedded.yaml', 'batch_size']);
    expect(target(at('math/embedded.yaml', 'DATA_PATH'))).toEqual(['math/embedded.env.sh', 'DATA_PATH']);
    expect(target(at('math/embedded.yaml', 'agent/evaluator'))).toEqual([
      'math/agent/evaluator.ts',
      'export class Scorer {',
    ]);
    expect(target(at('math/embedded.yaml', '8 #'))).toBeNull();
  });
});

describe('renameKey', () => {
  test('finds the key and every interpolation that reads it, in all variants of the recipe', () => {
    const place = at('math/common.yaml', 'batch_size');
    const path = keyAt(factsOf(), place.file, place.offset)?.path ?? [];
    const found = referencesOf(factsOf(), place.file, path);
    expect(found.references.map(({ file, kind }) => `${file} ${kind}`)).toEqual([
      'math/common.yaml key',
      'math/common.yaml interpolation',
      'math/embedded.yaml key',
      'math/embedded.yaml interpolation',
      'math/tinker.yaml interpolation',
      'math/tinker.yaml interpolation',
      'math/tinker.yaml interpolation',
    ]);
  });

  test.each([
    ['math/common.yaml', 'batch_size', 'prompts'],
    ['math/common.yaml', 'data:', 'dataset'],
    ['math/common.yaml', 'steps', 'updates'],
    ['math/common.yaml', 'near', 'by'],
    ['math/tinker.yaml', '"batch"', 'amount'],
  ] as const)('keeps what %s comes to when %s is renamed', (file, word, name) => {
    const rename = renameKey(factsOf(), at(file, word), name);
    if (!rename.ok) throw new Error(rename.reason);
    const layers: Record<string, string> = { ...LAYERS };
    for (const edit of rename.edits.toSorted((a, b) => b.start - a.start)) {
      const text = layers[edit.file] ?? '';
      layers[edit.file] = text.slice(0, edit.start) + edit.text + text.slice(edit.end);
    }
    for (const entry of listVariants(LAYERS)) {
      const before = compose({ files: LAYERS, entry, env: ENV });
      const after = compose({ files: layers, entry, env: ENV });
      const old = word.replaceAll(/[:"]/g, '');
      const renamed = JSON.stringify(plainValue(before.resolved ?? { kind: 'null' }));
      const isTouched = entry.startsWith('math');
      expect(JSON.stringify(plainValue(after.resolved ?? { kind: 'null' }))).toBe(
        isTouched ? renamed.replace(`"${old}":`, `"${name}":`) : renamed,
      );
      expect(after.diagnostics).toHaveLength(before.diagnostics.length);
    }
    expect(layers['math/embedded.yaml']).toContain('# small');
  });

  test('does not rename while a variant that may read the key cannot be followed', () => {
    const facts = factsOf({ 'math/tinker.yaml': `${LAYERS['math/tinker.yaml']}x: "` });
    expect(JSON.stringify(renameKey(facts, at('math/common.yaml', 'batch_size'), 'prompts'))).toContain(
      'math/tinker.yaml cannot be read',
    );
  });

  test('refuses a name that is taken or cannot be a key', () => {
    expect(renameKey(factsOf(), at('math/common.yaml', 'batch_size'), 'path')).toMatchObject({ ok: false });
    expect(renameKey(factsOf(), at('math/common.yaml', 'batch_size'), 'a b')).toMatchObject({ ok: false });
    expect(renameKey(factsOf(), at('math/embedded.yaml', '8 #'), 'x')).toMatchObject({ ok: false });
  });
});

test('inlayHints shows what interpolations come to, in a range', () => {
  const text = LAYERS['math/embedded.yaml'];
  const hints = inlayHints(factsOf(), 'math/embedded.yaml', { start: 0, end: text.length });
  expect(hints.map((hint) => hint.text)).toEqual([
    'overrides common.yaml:3',
    '= "/data/x"',
    '= •••• set',
    '= 8',
  ]);
  expect(inlayHints(factsOf(), 'math/embedded.yaml', { start: 0, end: 20 })).toEqual([]);
});

test('inlayHints says which variable is missing, or that it is known only at the launch', () => {
  const text = 'a: ${oc.env:ABSENT}\nb: ${oc.env:LATER}\n';
  const composed = compose({ files: { 'x/v.yaml': text }, entry: 'x/v.yaml', env: {} });
  const later = composed.diagnostics.find(({ message }) => message.includes('LATER'));
  if (later === undefined) throw new Error('composition says nothing of LATER');
  const waiting = {
    ...later,
    code: 'env-unknown-until-run',
    message: 'LATER is known once x.env.sh has run',
  };
  const facts = {
    ...factsOf({ 'x/v.yaml': text }, 'x/v.yaml'),
    composed: { ...composed, diagnostics: [waiting] },
  };
  expect(inlayHints(facts, 'x/v.yaml', { start: 0, end: text.length })).toMatchObject([
    { text: 'ABSENT is not set · set for the preview', variable: 'ABSENT', isMissing: true },
    { text: 'LATER is known at the launch · set for the preview', variable: 'LATER', isMissing: true },
  ]);
});

test('codeActions offers the corrections of the problems that a range touches', () => {
  const range = { file: 'a.yaml', start: 4, end: 8 };
  const fix = { title: 'Write b', change: { kind: 'edits', edits: [{ ...range, text: 'b' }] } } as const;
  const diagnostic = { code: 'x', severity: 'error', message: 'm', path: null, range, fix } as const;
  expect(codeActions([diagnostic], { file: 'a.yaml', start: 8, end: 8 })).toHaveLength(1);
  expect(codeActions([diagnostic], { file: 'a.yaml', start: 9, end: 9 })).toEqual([]);
  expect(codeActions([diagnostic], { file: 'b.yaml', start: 4, end: 8 })).toEqual([]);
});
