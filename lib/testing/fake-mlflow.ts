import { createServer } from 'node:http';
import { onTestFinished } from 'vitest';
import { z } from 'zod';

const Tags = z.array(z.object({ key: z.string(), value: z.string() })).default([]);
const Metric = z.object({
  key: z.string(),
  value: z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])]),
  timestamp: z.number(),
  step: z.number(),
});
const Batch = z.object({ run_id: z.string(), metrics: z.array(Metric).max(1000).default([]), params: Tags });

type FakeRun = {
  readonly id: string;
  readonly experiment: string;
  readonly name: string;
  readonly tags: ReadonlyMap<string, string>;
  readonly params: Map<string, string>;
  readonly metrics: z.infer<typeof Metric>[];
  status: string;
};

export type FakeMlflow = {
  readonly address: string;
  readonly runs: readonly FakeRun[];
  /** What it does with a request before it looks at it: a status answers with it, null never answers. */
  behave(how: 'well' | number | null): void;
  stop(): Promise<void>;
};

/** An MLflow server as its REST API is documented (https://mlflow.org/docs/latest/rest-api.html), as far as it is used. */
export async function startFakeMlflow({
  port = 0,
  authorization,
}: { port?: number; authorization?: string } = {}): Promise<FakeMlflow> {
  const experiments = new Map<string, string>();
  const runs: FakeRun[] = [];
  let behaviour: 'well' | number | null = 'well';
  const server = createServer((request, response) => {
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    let text = '';
    request.on('data', (chunk: Buffer) => void (text += chunk.toString()));
    request.on('end', () => {
      if (behaviour === null) return;
      if (behaviour !== 'well') {
        answer(behaviour, { error_code: 'INTERNAL_ERROR', message: 'down' });
        return;
      }
      if (authorization !== undefined && request.headers.authorization !== authorization) {
        answer(401, { error_code: 'PERMISSION_DENIED', message: 'who are you' });
        return;
      }
      const url = new URL(request.url ?? '/', 'http://x');
      const path = url.pathname.replace('/api/2.0/mlflow/', '');
      const body: unknown = text === '' ? Object.fromEntries(url.searchParams) : JSON.parse(text);
      const [status, reply] = ENDPOINTS[path]?.(body, { experiments, runs }) ?? NOT_FOUND;
      answer(status, reply);
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const stop = () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  onTestFinished(stop);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { address: `http://127.0.0.1:${address.port}`, runs, behave: (how) => (behaviour = how), stop };
}

type Stored = { readonly experiments: Map<string, string>; readonly runs: FakeRun[] };
type Reply = readonly [status: number, body: unknown];

const NOT_FOUND: Reply = [404, { error_code: 'RESOURCE_DOES_NOT_EXIST', message: 'There is no such thing.' }];

const ENDPOINTS: Readonly<Record<string, (body: unknown, stored: Stored) => Reply>> = {
  'experiments/search': () => [200, {}],
  'experiments/get-by-name': (body, { experiments }) => {
    const { experiment_name: name } = z.object({ experiment_name: z.string() }).parse(body);
    const id = experiments.get(name);
    return id === undefined ? NOT_FOUND : [200, { experiment: { experiment_id: id, name } }];
  },
  'experiments/create': (body, { experiments }) => {
    const { name } = z.object({ name: z.string() }).parse(body);
    experiments.set(name, String(experiments.size + 1));
    return [200, { experiment_id: String(experiments.size) }];
  },
  'runs/search': (body, { runs }) => {
    const Question = z.object({ experiment_ids: z.array(z.string()), filter: z.string() });
    const { experiment_ids: ids, filter } = Question.parse(body);
    const [, key = '', value = ''] = /^tags\.`(.+)` = '(.*)'$/.exec(filter) ?? [];
    const found = runs.filter((run) => ids.includes(run.experiment) && run.tags.get(key) === value);
    return [200, found.length === 0 ? {} : { runs: found.map(told) }];
  },
  'runs/create': (body, { runs }) => {
    const Asked = z.object({
      experiment_id: z.string(),
      run_name: z.string(),
      start_time: z.number(),
      tags: Tags,
    });
    const asked = Asked.parse(body);
    const run: FakeRun = {
      id: `run${runs.length}`,
      experiment: asked.experiment_id,
      name: asked.run_name,
      tags: new Map(asked.tags.map(({ key, value }) => [key, value])),
      params: new Map(),
      metrics: [],
      status: 'RUNNING',
    };
    runs.push(run);
    return [200, { run: told(run) }];
  },
  'runs/log-batch': (body, { runs }) => {
    const { run_id: id, metrics, params } = Batch.parse(body);
    const run = runs.find((one) => one.id === id);
    if (run === undefined) return NOT_FOUND;
    if (params.some(({ key, value }) => (run.params.get(key) ?? value) !== value)) {
      return [400, { error_code: 'INVALID_PARAMETER_VALUE', message: 'A value cannot be changed.' }];
    }
    for (const { key, value } of params) run.params.set(key, value);
    run.metrics.push(...metrics);
    return [200, {}];
  },
  'runs/update': (body, { runs }) => {
    const { run_id: id, status } = z.object({ run_id: z.string(), status: z.string() }).parse(body);
    const run = runs.find((one) => one.id === id);
    if (run === undefined) return NOT_FOUND;
    run.status = status;
    return [200, { run_info: told(run).info }];
  },
};

function told(run: FakeRun) {
  return { info: { run_id: run.id, status: run.status } };
}
