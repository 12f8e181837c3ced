import { createRequester, type Requester, type RequesterOptions } from '../request';
import { rateLimitWaitMs } from './rate-limit';

/** One server of the pool, as calls see it. */
export type Endpoint = { readonly address: string; readonly requester: Requester };

export type EndpointOptions = Pick<RequesterOptions, 'sleep' | 'random'> & {
  /** Name of the kind of server in messages, such as SGLang. */
  readonly name: string;
  readonly apiKey: string | null;
  /** For one attempt at a generation. */
  readonly timeoutMs: number;
  readonly onLimit?: (waitMs: number) => void;
};

/** As many as a run has rollouts in flight: the server queues them, not we. */
const CONNECTIONS = 4096;
/** uvicorn, under which SGLang and vLLM run, closes a connection that was idle for 5 s. */
const IDLE_CONNECTION_MS = 4_000;

export function openEndpoint(address: string, options: EndpointOptions): Endpoint {
  const { name, apiKey, timeoutMs, onLimit, sleep, random } = options;
  const requester = createRequester({
    service: `${name} at ${address}`,
    baseUrl: address,
    headers: {
      'user-agent': 'galley',
      ...(apiKey === null || apiKey === '' ? {} : { authorization: `Bearer ${apiKey}` }),
    },
    timeoutMs,
    // who calls decides about the next attempt, which may go to another server
    maxAttempts: 1,
    maxConnections: CONNECTIONS,
    idleConnectionMs: IDLE_CONNECTION_MS,
    ...(sleep === undefined ? {} : { sleep }),
    ...(random === undefined ? {} : { random }),
    ...(onLimit === undefined
      ? {}
      : {
          onReply: (headers) => {
            const waitMs = rateLimitWaitMs(headers);
            if (waitMs > 0) onLimit(waitMs);
          },
        }),
  });
  return { address, requester };
}
