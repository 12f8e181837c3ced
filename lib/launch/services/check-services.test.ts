import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { readEnv } from '@/lib/env';
import { fillSecrets } from '@/lib/recipes/environment/fill-secrets';
import { RecipeConfig } from '@/lib/recipes/recipe-config';
import { startEmbeddedHost } from '@/lib/testing/embedded-host';
import { checkServices } from './check-services';

type Reply = { readonly status: number; readonly body: unknown };

/** A server on loopback that answers by path. */
async function serve(answer: (path: string, body: string) => Reply): Promise<string> {
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { status, body } = answer(request.url ?? '', Buffer.concat(chunks).toString());
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  if (!isAddress(address)) throw new Error('no port');
  return `http://127.0.0.1:${address.port}`;
}

function isAddress(address: string | AddressInfo | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}

function facts(service: object, values: Readonly<Record<string, string>> = {}) {
  const resolved = {
    data: { data_files: ['a.jsonl'], tokenizer_path: 'galley/bytes' },
    trainer: { type: 'remote_api_grpo', total_train_steps: 1 },
    rollout_worker: { type: 'simple', num_workers: 4, evaluator_module_path: 'e.ts:E' },
    service,
  };
  const config = RecipeConfig.parse(fillSecrets(resolved, () => '***'));
  const variables = { values, secrets: Object.keys(values), fromScript: [] };
  return { env: readEnv({}), entry: 'x/v.yaml', config, resolved, variables };
}

const tinker = (baseUrl: string, model: string, key = 'tml-test') =>
  facts(
    {
      inference_service: { backend: 'tinker', model },
      tinker_service: { base_url: baseUrl },
      train_service: { actor: { backend: 'tinker' } },
    },
    { TINKER_API_KEY: key },
  );

test('Tinker: the model is served, is not, the key is refused, nobody is there', async () => {
  const host = await startEmbeddedHost({ tinker: { key: 'tml-test' } });
  onTestFinished(() => host.stop());
  const url = `http://127.0.0.1:${host.record.port}`;
  expect(await checkServices(tinker(url, 'galley/embedded-tiny'))).toMatchObject([{ status: 'note' }]);
  const [unknown] = await checkServices(tinker(url, 'Qwen/Qwen3-8B'));
  expect(unknown).toMatchObject({ status: 'failed', path: 'service.inference_service.model' });
  expect(unknown?.detail).toContain('It serves galley/embedded-tiny');
  const [stranger] = await checkServices(tinker(url, 'galley/embedded-tiny', 'tml-wrong'));
  expect(stranger?.status).toBe('failed');
  expect(stranger?.detail).toContain('refuses the key');
  // a key of another name, as the recipe reads it
  const named = facts(
    {
      inference_service: { backend: 'tinker', model: 'galley/embedded-tiny' },
      tinker_service: { base_url: url, api_key: { $secret: 'MY_KEY' } },
      train_service: { actor: { backend: 'tinker' } },
    },
    { MY_KEY: 'tml-test' },
  );
  expect(await checkServices(named)).toMatchObject([{ status: 'note' }]);
  expect(await checkServices(tinker('http://127.0.0.1:1', 'x'))).toMatchObject([
    { status: 'failed', path: 'service.tinker_service.base_url' },
  ]);
});

function selfHosted(inference: string, training: string) {
  return facts({
    inference_service: { backend: 'vllm', model: '/models/Qwen3-0.6B', base_url: inference },
    train_service: { actor: { backend: 'http', url: training } },
  });
}

test('a server of one’s own: model, tokenizer and training service are asked for', async () => {
  const bytes = (text: string): readonly number[] => [...Buffer.from(text)];
  const asked: string[] = [];
  const cutting = (cut: (text: string) => readonly number[]) =>
    serve((path, body) => {
      asked.push(path);
      if (path === '/v1/models') return { status: 200, body: { data: [{ id: 'Qwen/Qwen3-0.6B' }] } };
      if (path === '/tokenize') return { status: 200, body: { tokens: cut(promptOf(body)) } };
      return { status: 200, body: { status: 'healthy' } };
    });
  const same = await cutting(bytes);
  const statuses = async (inference: string, training: string): Promise<readonly string[]> =>
    (await checkServices(selfHosted(inference, training))).map(({ id, status }) => `${id}: ${status}`);
  expect(await statuses(same, same)).toEqual([
    'inference: passed',
    'tokenizer: passed',
    'training actor: passed',
  ]);
  expect(asked).toContain('/train/v1/health');
  const other = await cutting((text) => bytes(text).map((token) => token + 1));
  expect(await statuses(other, 'http://127.0.0.1:1')).toEqual([
    'inference: passed',
    'tokenizer: failed',
    'training actor: failed',
  ]);
  const mute = await serve((path) =>
    path === '/v1/models'
      ? { status: 200, body: { data: [{ id: 'Qwen3-0.6B' }] } }
      : { status: 404, body: { error: 'no' } },
  );
  expect(await statuses(mute, same)).toContain('tokenizer: note');
});

function promptOf(body: string): string {
  const parsed: unknown = JSON.parse(body);
  return typeof parsed === 'object' && parsed !== null && 'prompt' in parsed ? String(parsed.prompt) : '';
}
