import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import type { z } from 'zod';
import { type Exchange, isProtobuf, readRecording, recordingNames } from '@/lib/testing/wire-recordings';
import {
  callFromJson,
  callFromProto,
  callToProto,
  ForwardBackwardJson,
  ForwardBackwardOutputJson,
  ForwardJson,
  inputToJson,
  resultFromJson,
  resultFromProto,
  resultToJson,
  resultToProto,
} from './forward-backward';
import * as replies from './replies';
import * as requests from './requests';
import { sampleFromJson, sampleFromProto, SampleResultJson, sampleToJson, sampleToProto } from './sample';
import {
  ArrayRecordSchema,
  ForwardBackwardOutputSchema,
  SampleResponseSchema,
  TopkPromptLogprobsSchema,
} from './tinker_public_pb';
import { WireError } from './wire-error';
import { unpackZstd } from './zstd';

const exchanges = recordingNames().flatMap((name) =>
  readRecording(name).map((exchange, line) => ({
    ...exchange,
    title: `${name}:${line + 1} ${exchange.path}`,
  })),
);

const REQUESTS: Readonly<Record<string, z.ZodType>> = {
  '/api/v1/client/config': requests.ClientConfigRequest,
  '/api/v1/client/dynamic_config': requests.ClientConfigRequest,
  '/api/v1/create_session': requests.CreateSessionRequest,
  '/api/v1/session_heartbeat': requests.SessionRequest,
  '/api/v1/create_model': requests.CreateModelRequest,
  '/api/v1/get_info': requests.ModelRequest,
  '/api/v1/forward_backward': ForwardBackwardJson,
  '/api/v1/forward': ForwardJson,
  '/api/v1/optim_step': requests.OptimStepRequest,
  '/api/v1/save_weights': requests.SaveWeightsRequest,
  '/api/v1/save_weights_for_sampler': requests.SaveForSamplerRequest,
  '/api/v1/create_sampling_session': requests.CreateSamplingSessionRequest,
  '/api/v1/asample': requests.SampleRequest,
  '/api/v1/retrieve_future': requests.RetrieveFutureRequest,
};

const REPLIES: Readonly<Record<string, z.ZodType>> = {
  '/api/v1/client/config': replies.ClientConfigReply,
  '/api/v1/create_session': replies.CreateSessionReply,
  '/api/v1/session_heartbeat': replies.HeartbeatReply,
  '/api/v1/get_server_capabilities': replies.CapabilitiesReply,
  '/api/v1/get_info': replies.GetInfoReply,
  '/api/v1/create_sampling_session': replies.CreateSamplingSessionReply,
  '/api/v1/create_model': replies.FutureReply,
  '/api/v1/forward_backward': replies.FutureReply,
  '/api/v1/forward': replies.FutureReply,
  '/api/v1/optim_step': replies.FutureReply,
  '/api/v1/save_weights': replies.FutureReply,
  '/api/v1/save_weights_for_sampler': replies.FutureReply,
  '/api/v1/asample': replies.FutureReply,
};

/** Results of futures, by what the client says that it waits for. */
const RESULTS: Readonly<Record<string, z.ZodType>> = {
  CreateModel: replies.CreateModelReply,
  Sample: SampleResultJson,
  ForwardBackward: ForwardBackwardOutputJson,
  Forward: ForwardBackwardOutputJson,
  OptimStep: replies.OptimStepReply,
  SaveWeights: replies.SaveWeightsReply,
  SaveWeightsForSampler: replies.SaveForSamplerReply,
};

/** What SkyRL and TuFT send beyond the protocol, and no client reads. */
const OWN_KEYS = new Set([
  'future_id',
  'status',
  'base_model',
  'lora_config',
  'capabilities',
  'model_data.base_model',
  'model_data.lora_config',
  'supported_models.0.capabilities',
]);

const sentJson = exchanges.filter((each) => each.request.length > 0 && !isProtobuf(each.requestHeaders));
const sentProto = exchanges.filter((each) => isProtobuf(each.requestHeaders));
const answered = exchanges.filter(({ status }) => status < 300);
const answeredJson = answered.filter((each) => !isProtobuf(each.responseHeaders));
const answeredProto = answered.filter((each) => isProtobuf(each.responseHeaders));

const jsonOf = (bytes: Buffer): unknown => JSON.parse(bytes.toString('utf8'));
const waitsFor = ({ requestHeaders }: Exchange): string => requestHeaders['X-Tinker-Request-Type'] ?? '';

/** Paths of keys that a schema left out of what it was given. */
function leftOut(given: unknown, kept: unknown, at = ''): readonly string[] {
  if (given === null || typeof given !== 'object') return [];
  if (kept === null || typeof kept !== 'object') return [at];
  const found = new Map<string, unknown>(Object.entries(kept));
  return Object.entries(given).flatMap(([key, value]) => {
    const place = at === '' ? key : `${at}.${key}`;
    return found.has(key) ? leftOut(value, found.get(key), place) : [place];
  });
}

test('there is traffic of every kind', () => {
  const counts = [sentJson, sentProto, answeredJson, answeredProto].map(({ length }) => length);
  expect(Math.min(...counts)).toBeGreaterThanOrEqual(8);
});

test.each(sentJson)('$title: the request loses no field', ({ path, request }) => {
  const schema = REQUESTS[path];
  if (schema === undefined) throw new Error(`No schema for ${path}`);
  const given = jsonOf(request);
  const parsed = schema.parse(given);
  expect(leftOut(given, parsed)).toEqual([]);
  expect(parsed).toMatchObject(given ?? {});
});

test.each(answeredJson)('$title: the reply loses no field that a client reads', (exchange) => {
  const schema =
    exchange.path === '/api/v1/retrieve_future' ? RESULTS[waitsFor(exchange)] : REPLIES[exchange.path];
  if (schema === undefined) throw new Error(`No schema for ${exchange.path} ${waitsFor(exchange)}`);
  const given = jsonOf(exchange.response);
  const parsed = schema.parse(given);
  expect(leftOut(given, parsed).filter((key) => !OWN_KEYS.has(key))).toEqual([]);
  expect(given).toMatchObject(parsed ?? {});
});

test.each(sentProto)('$title: the protobuf request comes back byte for byte', ({ request }) => {
  const again = Buffer.from(callToProto(callFromProto(request)));
  expect(again.equals(request)).toBe(true);
});

test.each(answeredProto)('$title: the protobuf result comes back byte for byte', (exchange) => {
  const { response } = exchange;
  if (waitsFor(exchange) === 'Sample') {
    expect(Buffer.from(sampleToProto(sampleFromProto(response))).equals(response)).toBe(true);
    return;
  }
  const message = fromBinary(ForwardBackwardOutputSchema, response);
  expect(Buffer.from(toBinary(ForwardBackwardOutputSchema, message)).equals(response)).toBe(true);
  // SkyRL leaves out the tag and the count of a record, which we write: the same fields, then
  const result = resultFromProto(response);
  expect(resultFromProto(resultToProto(result))).toEqual(result);
});

test('a JSON request and its protobuf twin say the same', () => {
  const json = exchanges.find(
    (each) => each.title.startsWith('tinker_skyrl_sdk_0.7.0') && each.path.endsWith('forward_backward'),
  );
  const body = ForwardBackwardJson.parse(jsonOf(json?.request ?? Buffer.alloc(0)));
  const call = callFromJson(body, body.forward_backward_input, false);
  const twin = callFromProto(callToProto(call));
  expect(twin).toMatchObject({ modelId: call.modelId, seqId: call.seqId, lossFn: call.lossFn });
  expect(twin.data.map(({ tokens }) => tokens)).toEqual(call.data.map(({ tokens }) => tokens));
  expect(inputToJson(call)).toMatchObject({ loss_fn: body.forward_backward_input.loss_fn });
  const logprobs = call.data[0]?.inputs['logprobs']?.data.map(Math.fround);
  expect(twin.data[0]?.inputs['logprobs']?.data).toEqual(logprobs);
});

test('results go from one encoding to the other', () => {
  const [output] = answeredProto.filter((each) => waitsFor(each) === 'ForwardBackward');
  const result = resultFromProto(output?.response ?? Buffer.alloc(0));
  expect(resultFromJson(ForwardBackwardOutputJson.parse(resultToJson(result)))).toEqual(result);
  const [sampled] = answeredProto.filter((each) => waitsFor(each) === 'Sample');
  const sample = sampleFromProto(sampled?.response ?? Buffer.alloc(0));
  expect(sampleFromJson(SampleResultJson.parse(sampleToJson(sample)))).toEqual(sample);
});

test('missing prompt log-probabilities and candidates survive both encodings', () => {
  const sample = {
    sequences: [{ stopReason: 'stop', tokens: [1], logprobs: null }],
    promptLogprobs: [null, -0.5],
    topkPromptLogprobs: [
      null,
      [
        [7, -0.5],
        [9, -1.5],
      ],
    ],
  } as const;
  expect(sampleFromProto(sampleToProto(sample))).toEqual(sample);
  expect(sampleFromJson(SampleResultJson.parse(sampleToJson(sample)))).toEqual(sample);
});

test('bytes that are no message, and tensors cut in the middle of a number, are told apart from data', () => {
  expect(() => callFromProto(Buffer.from('not protobuf'))).toThrow(WireError);
  const [output] = answeredProto.filter((each) => waitsFor(each) === 'Sample');
  const whole = output?.response ?? Buffer.alloc(0);
  expect(() => sampleFromProto(whole.subarray(0, whole.length - 3))).toThrow(WireError);
});

// python: base64.b64encode(zstandard.compress(b'galley ' * 40))
const PACKED = Buffer.from('KLUv/WAYAHUAADhnYWxsZXkgAQAOUosR', 'base64');

test('zstd bodies are unpacked, within bounds', () => {
  expect(Buffer.from(unpackZstd(PACKED, 1000)).toString()).toBe('galley '.repeat(40));
  expect(() => unpackZstd(PACKED, 100)).toThrow('unpacks to more than 100 bytes');
  expect(() => unpackZstd(Buffer.from('plain'), 100)).toThrow(WireError);
});

test('a reply that announces more than it holds is refused before memory is taken for it', () => {
  const record = create(ArrayRecordSchema, { numDatums: 2n ** 40n });
  const output = create(ForwardBackwardOutputSchema, { lossFnOutputs: [record] });
  const outputs = toBinary(ForwardBackwardOutputSchema, output);
  expect(() => resultFromProto(outputs)).toThrow(WireError);
  const topk = create(TopkPromptLogprobsSchema, { k: 5, promptLength: 2 ** 30 });
  const sample = toBinary(SampleResponseSchema, create(SampleResponseSchema, { topkPromptLogprobs: topk }));
  expect(() => sampleFromProto(sample)).toThrow(WireError);
});
