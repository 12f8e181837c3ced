import { describe, expect, test } from 'vitest';
import { compose } from './compose';
import { applyEdits } from './edits/apply-edits';
import type { Diagnostic } from './diagnostic';
import { fixEdits } from './fix-edits';
import { migrateLegacy } from './migrate-legacy';
import { validate } from './validate';

const read = (value: unknown) => migrateLegacy(value).config;

describe('reading older shapes', () => {
  test('a configuration of today comes back as it is', () => {
    const config = { service: { train_service: { a: { backend: 'tinker', role: 'actor' } } } };
    expect(migrateLegacy(config)).toEqual({ config, migrations: [], problems: [] });
  });

  test('model_tag is the identifier where there is none', () => {
    expect(read({ service: { inference_service: { model_tag: 'a' } } })).toMatchObject({
      service: { inference_service: { identifier: 'a' } },
    });
    expect(read({ service: { inference_service: { model_tag: 'a', identifier: 'b' } } })).toMatchObject({
      service: { inference_service: { identifier: 'b' } },
    });
  });

  test('a service without a name is the actor; http and nextrainer are direct-zmq', () => {
    expect(read({ service: { train_service: { backend: 'http', url: 'u', model_tag: 't' } } })).toMatchObject(
      {
        service: {
          train_service: { main_actor: { role: 'actor', backend: 'direct-zmq', url: 'u', identifier: 't' } },
        },
      },
    );
  });

  test.each([
    ['a service without a name', { train_service: { backend: 'http', url: 'u' } }, {}, 'main_actor'],
    ['model_tag for an identifier', { train_service: { a: { backend: 'http', model_tag: 't' } } }, {}, 'a'],
    [
      'machines under resource.train',
      { train_service: { a: { backend: 'http', identifier: 'i' } } },
      { resource: { train: { i: { world_size: 1 } } } },
      'a',
    ],
  ] as const)('http means direct-zmq in an older shape: %s', (...[, service, more, name]) => {
    const { config, migrations } = migrateLegacy({ service, ...more });
    expect(config).toMatchObject({ service: { train_service: { [name]: { backend: 'direct-zmq' } } } });
    expect(migrations.map(({ from }) => from)).toContain(`service.train_service.${name}.backend`);
  });

  test.each([
    ['with an identifier', { backend: 'http', identifier: 'i', role: 'actor' }],
    ['without one', { backend: 'http', url: 'u' }],
    ['with both names', { backend: 'http', model_tag: 't', identifier: 'i' }],
  ] as const)('http in today’s shape %s is Galley’s own protocol', (_, service) => {
    expect(read({ service: { train_service: { a: service } } })).toMatchObject({
      service: { train_service: { a: { backend: 'http' } } },
    });
  });

  test('nextrainer never meant anything but direct-zmq', () => {
    expect(read({ service: { train_service: { a: { backend: 'nextrainer' } } } })).toMatchObject({
      service: { train_service: { a: { backend: 'direct-zmq' } } },
    });
  });

  test('a service that also holds services is ambiguous', () => {
    const { problems } = migrateLegacy({ service: { train_service: { url: 'u', b: { url: 'v' } } } });
    expect(problems).toMatchObject([{ path: 'service.train_service' }]);
  });

  test('resources move to what they are of, and never over what stands there', () => {
    const config = {
      resource: {
        train: { default: { world_size: 2, gpus_per_pod: 8 } },
        inference: { served_model_name: 'm', replicas: 4 },
        agent: { num_workers: 3 },
      },
      service: {
        inference_service: { resource: { replicas: 1 } },
        train_service: { a: { backend: 'mock', identifier: 'default', resource: { world_size: 1 } } },
      },
      rollout_worker: {},
    };
    expect(read(config)).toMatchObject({
      service: {
        inference_service: { model: 'm', resource: { replicas: 1 } },
        train_service: { a: { resource: { world_size: 1, gpus_per_pod: 8 } } },
      },
      rollout_worker: { resource: { num_workers: 3 } },
    });
  });
});

const OLD = `# An old recipe.
defaults:
  - _self_

data: {data_files: train.parquet, max_response_length: 64}
rollout_worker: {type: simple, num_workers: 4}
trainer: {type: self_hosted_grpo, total_train_steps: 3}

service:
  inference_service:
    backend: sglang # fast
    base_url: http://localhost:8000
    model_tag: mine # the name
  # what trains
  train_service:
    # an old server
    backend: http # plain
    url: http://localhost:8001

    model_tag: \${service.inference_service.model_tag}

resource:
  # machines
  train:
    mine:
      world_size: 1 # one pod
      gpus_per_pod: 8
  inference:
    replicas: 2 # two
`;

function editsOf(diagnostic: Diagnostic | undefined, files: Readonly<Record<string, string>>) {
  return diagnostic?.fix === undefined ? [] : fixEdits(diagnostic.fix, files);
}

test('one click brings the layers to today’s shape and keeps every comment', () => {
  const entry = 'old/self_hosted.yaml';
  const checkText = (text: string) => {
    const files = { [entry]: text };
    const composed = compose({ files, entry, env: {} });
    return { composed, found: validate(composed, { files, entry }) };
  };
  const before = checkText(OLD);
  const old = before.found.filter(({ code }) => code === 'legacy-shape');
  expect(old.length).toBeGreaterThan(4);
  const text = applyEdits(OLD, editsOf(old[0], { [entry]: OLD }));
  expect(text).toMatch(/train_service:\n {4}# an old server\n {4}main_actor:\n {6}role: actor\n/);
  expect(text).toContain('backend: direct-zmq # plain');
  expect(text).toContain('identifier: mine # the name');
  expect(text).toContain('${service.inference_service.identifier}');
  expect(text).toContain('gpus_per_pod: 8');
  expect(text.match(/# two/g)).toHaveLength(1);
  for (const comment of ['# An old recipe.', '# what trains', '# an old server', '# one pod', '# two']) {
    expect(text).toContain(comment);
  }
  const after = checkText(text);
  expect(after.composed.diagnostics).toEqual([]);
  expect(after.found.filter(({ code }) => code.startsWith('legacy'))).toEqual([]);
  expect(text).not.toMatch(/^resource:/m);
  // and it says the same
  expect(after.found.filter(({ severity }) => severity === 'error')).toEqual(
    before.found.filter(({ severity }) => severity === 'error'),
  );
});

test('migrating renames http where an older shape gives it, and nowhere else', () => {
  const files = {
    'r/common.yaml': 'service:\n  train_service:\n    main:\n      backend: http # the old servers\n',
    'r/old.yaml': 'defaults: [common, _self_]\nservice:\n  train_service:\n    main: {model_tag: m}\n',
    'r/flat.yaml': 'defaults: [_self_]\nservice:\n  train_service:\n    backend: http # flat\n',
    'r/today.yaml':
      'defaults: [_self_]\nservice:\n  train_service:\n    main: {backend: http, identifier: m} # today\n',
  };
  const entry = 'r/old.yaml';
  const found = validate(compose({ files, entry, env: {} }), { files, entry });
  const edits = editsOf(
    found.find(({ code }) => code === 'legacy-shape'),
    files,
  );
  const after = Object.fromEntries(
    Object.entries(files).map(([file, text]) => [
      file,
      applyEdits(
        text,
        edits.filter((edit) => edit.file === file),
      ),
    ]),
  );
  expect(after['r/common.yaml']).toContain('backend: direct-zmq # the old servers');
  expect(after['r/old.yaml']).toContain('identifier: m');
  expect(after['r/flat.yaml']).toContain('backend: direct-zmq # flat');
  expect(after['r/today.yaml']).toBe(files['r/today.yaml']);
});
