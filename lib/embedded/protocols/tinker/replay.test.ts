import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { callFromProto, callToProto, resultFromProto } from '@/lib/services/tinker/wire/forward-backward';
import { sampleFromProto } from '@/lib/services/tinker/wire/sample';
import { type EmbeddedHost, startEmbeddedHost } from '@/lib/testing/embedded-host';
import { type Exchange, isProtobuf, readRecording, recordingNames } from '@/lib/testing/wire-recordings';

// What real SDKs sent to other servers is sent to ours, with our ids in the place of theirs, and the answers are compared.

let host: EmbeddedHost;
beforeAll(async () => {
  host = await startEmbeddedHost({
    tinker: { standIns: ['/models/tiny-qwen3', 'tiny'], pollMs: 2_000, gapMs: 50 },
  });
});
afterAll(async () => {
  await host.stop();
});

type Reply = { readonly status: number; readonly type: string; readonly bytes: Buffer };

async function send(exchange: Exchange, body: Buffer): Promise<Reply> {
  const { method, path, requestHeaders } = exchange;
  const kept = Object.entries(requestHeaders).filter(([name]) =>
    /^(accept|content-type|x-tinker.*)$/i.test(name),
  );
  const response = await fetch(`http://127.0.0.1:${host.record.port}${path}`, {
    method,
    headers: { ...Object.fromEntries(kept), 'x-api-key': `tml-${host.record.token}` },
    ...(body.length === 0 ? {} : { body: new Uint8Array(body) }),
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, type: response.headers.get('content-type') ?? '', bytes };
}

/** Their ids to ours, and their vocabulary to the smaller one here. */
class Translation {
  readonly ids = new Map<string, string>();

  request(exchange: Exchange): Buffer {
    const { request } = exchange;
    if (request.length === 0) return request;
    if (!isProtobuf(exchange.requestHeaders)) {
      return Buffer.from(JSON.stringify(this.json(JSON.parse(request.toString('utf8')))));
    }
    const call = callFromProto(request);
    const data = call.data.map(({ tokens, inputs }) => ({
      tokens: tokens.map(smaller),
      inputs: Object.fromEntries(
        Object.entries(inputs).map(([name, tensor]) => [
          name,
          name === 'target_tokens' ? { ...tensor, data: tensor.data.map(smaller) } : tensor,
        ]),
      ),
    }));
    return Buffer.from(callToProto({ ...call, modelId: this.ids.get(call.modelId) ?? call.modelId, data }));
  }

  json(value: unknown, key = ''): unknown {
    if (typeof value === 'string') return this.ids.get(value) ?? value;
    if (Array.isArray(value)) return value.map((each) => this.json(each, key));
    if (typeof value === 'number' && (key === 'tokens' || key === 'target_tokens')) return smaller(value);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [name, this.json(each, name === 'data' ? key : name)]),
    );
  }

  learn(theirs: unknown, ours: unknown): void {
    const read = z.record(z.string(), z.unknown());
    const [from, to] = [read.safeParse(theirs), read.safeParse(ours)];
    if (!from.success || !to.success) return;
    for (const name of ['session_id', 'model_id', 'sampling_session_id', 'request_id', 'path']) {
      const [a, b] = [from.data[name], to.data[name]];
      if (typeof a === 'string' && typeof b === 'string') this.ids.set(a, b);
    }
  }
}

const smaller = (token: number): number => token % 250;

/** The form of a JSON value: keys with the kinds of their values, and that of the last of many. Ids and numbers may differ. */
function formOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(-1).map(formOf);
  if (value === null || typeof value !== 'object') return value === null ? 'null' : typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, formOf(each)]));
}

/** What SkyRL and TuFT add of their own, or fill with null where the SDK takes either. */
const NOT_COMPARED = new Set([
  'future_id',
  'status',
  'base_model',
  'lora_config',
  'capabilities',
  'type',
  'metrics',
  'info_message',
  'model_id',
  'elementwise_loss',
]);

function comparable(form: unknown): unknown {
  if (Array.isArray(form)) return form.map(comparable);
  if (form === null || typeof form !== 'object') return form;
  return Object.fromEntries(
    Object.entries(form)
      .filter(([key, each]) => !NOT_COMPARED.has(key) && each !== 'null')
      .map(([key, each]) => [key, comparable(each)]),
  );
}

function formOfProto(exchange: Exchange, bytes: Buffer): unknown {
  if (exchange.requestHeaders['X-Tinker-Request-Type'] === 'Sample') {
    const { sequences, promptLogprobs } = sampleFromProto(bytes);
    return {
      sequences: sequences.map(({ logprobs }) => (logprobs === null ? 'without' : 'with logprobs')),
      prompt: promptLogprobs === null ? null : 'there',
    };
  }
  return resultFromProto(bytes).outputs.map(({ logprobs }) => logprobs?.data.length);
}

const parsed = (bytes: Buffer): unknown => JSON.parse(bytes.toString('utf8'));

const ACCEPTABLE = new Map([
  // that server was full; TuFT counts a refused request, SkyRL has no dynamic configuration
  [400, 200],
  [409, 200],
  [404, 200],
  [201, 200],
  [202, 200],
]);

test.each(recordingNames())('%s: our answers have the form of those that were recorded', async (name) => {
  const translation = new Translation();
  let compared = 0;
  for (const [line, exchange] of readRecording(name).entries()) {
    const where = `line ${line + 1}: ${exchange.path}`;
    const reply = await send(exchange, translation.request(exchange));
    expect(`${where} ${reply.status}`).toBe(`${where} ${ACCEPTABLE.get(exchange.status) ?? exchange.status}`);
    if (exchange.status >= 300 || exchange.response.length === 0) continue;
    compared += 1;
    if (isProtobuf(exchange.responseHeaders)) {
      expect(reply.type, where).toBe('application/x-protobuf');
      expect(formOfProto(exchange, reply.bytes), where).toEqual(formOfProto(exchange, exchange.response));
      continue;
    }
    const [theirs, ours] = [parsed(exchange.response), parsed(reply.bytes)];
    translation.learn(theirs, ours);
    expect(comparable(formOf(ours)), where).toMatchObject(comparable(formOf(theirs)) ?? {});
  }
  expect(compared).toBeGreaterThan(20);
});
