import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { decodeEvent } from '@/lib/api-client/wire';
import type { Database } from '@/lib/db/open-database';
import { RunId } from '@/lib/domain/run';
import { createRunStore } from '@/lib/run-store/create-run-store';
import type { RunStore } from '@/lib/run-store/run-store';
import { aNewRun } from '@/lib/testing/builders';
import { testDatabase } from '@/lib/testing/test-database';
import { createEventFeed } from './event-feed';
import { openEventStream } from './event-stream';

type Frame = { readonly event: string; readonly id: string | null; readonly data: string };
const FAST = { pollMs: 5, snapshotMs: 20 };

async function serving(heartbeatMs = 60_000) {
  const { db } = await testDatabase();
  const runStore = createRunStore(db);
  const feed = createEventFeed(runStore, FAST);
  const server = createServer((incoming, outgoing) => void answer(incoming, outgoing));
  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? '/', 'http://x');
    const gone = new AbortController();
    outgoing.on('close', () => gone.abort());
    const last = incoming.headers['last-event-id'];
    const response = openEventStream(
      { runStore, feed },
      {
        runs: (url.searchParams.get('runs') ?? '').split(',').map((id) => RunId.parse(id)),
        after: Number(last ?? url.searchParams.get('after')),
        signal: gone.signal,
        heartbeatMs,
      },
    );
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    const reader = response.body?.getReader();
    for (let chunk = await reader?.read(); chunk?.done === false; chunk = await reader?.read()) {
      outgoing.write(chunk.value);
    }
    outgoing.end();
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { db, runStore, feed, url: `http://127.0.0.1:${address.port}` };
}

/** Frames of a stream until `isEnough`; then the reader goes away, as a closed tab does. */
async function read(
  url: string,
  isEnough: (frames: readonly Frame[]) => boolean,
  headers = {},
): Promise<readonly Frame[]> {
  const abort = new AbortController();
  const response = await fetch(url, { signal: abort.signal, headers });
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  const frames: Frame[] = [];
  let rest = '';
  const reader = response.body?.getReader();
  while (!isEnough(frames)) {
    const chunk = await reader?.read();
    const parts = (rest + Buffer.from(chunk?.value ?? []).toString()).split('\n\n');
    rest = parts.pop() ?? '';
    frames.push(...parts.map(parseFrame));
  }
  abort.abort();
  return frames;
}

function parseFrame(text: string): Frame {
  const fields = new Map(
    text.split('\n').map((line) => {
      const at = line.indexOf(':');
      return [line.slice(0, at), line.slice(at + 1).trim()] as const;
    }),
  );
  return {
    event: fields.get('event') ?? (fields.has('data') ? 'message' : 'comment'),
    id: fields.get('id') ?? null,
    data: fields.get('data') ?? '',
  };
}

async function say(db: Database, runId: RunId, message: string): Promise<void> {
  const body = JSON.stringify({ level: 'info', source: 'test', message });
  await db.$executeRaw`INSERT INTO "Event" ("runId", "attempt", "kind", "time", "body")
    VALUES (${runId}, 0, 'log', ${new Date()}, ${body})`;
}

async function aRun(store: RunStore): Promise<RunId> {
  return (await store.create(aNewRun())).id;
}

const messages = (frames: readonly Frame[]) =>
  frames.flatMap(({ event, data }) => {
    const decoded = event === 'message' ? decodeEvent(data) : null;
    return decoded?.kind === 'log' ? [decoded.message] : [];
  });
const said = (count: number) => (frames: readonly Frame[]) => messages(frames).length >= count;

describe('the event stream', () => {
  test('tells what was said before, then what is being said, each once and in order', async () => {
    const { db, runStore, url } = await serving();
    const run = await aRun(runStore);
    const before = Array.from({ length: 1200 }, (_, index) => `before ${index}`);
    const during = Array.from({ length: 200 }, (_, index) => `during ${index}`);
    for (const message of before) await say(db, run, message);
    const reading = read(`${url}/?runs=${run}&after=0`, said(1400));
    for (const message of during) await say(db, run, message);
    expect(messages(await reading)).toEqual([...before, ...during]);
  });

  test('goes on behind the last event that the browser has', async () => {
    const { db, runStore, url } = await serving();
    const run = await aRun(runStore);
    for (const message of ['a', 'b', 'c']) await say(db, run, message);
    const first = await read(`${url}/?runs=${run}&after=0`, said(2));
    const last = first.findLast(({ id }) => id !== null)?.id;
    await say(db, run, 'd');
    const again = await read(`${url}/?runs=${run}&after=0`, said(4 - messages(first).length), {
      'last-event-id': last,
    });
    expect([...messages(first), ...messages(again)]).toEqual(['a', 'b', 'c', 'd']);
  });

  test('leaves out runs that nobody asked for', async () => {
    const { db, runStore, url } = await serving();
    const [one, two, three] = [await aRun(runStore), await aRun(runStore), await aRun(runStore)];
    const reading = read(`${url}/?runs=${one},${three}&after=0`, said(2));
    for (const run of [two, one, two, three]) await say(db, run, `of ${run}`);
    expect(messages(await reading)).toEqual([`of ${one}`, `of ${three}`]);
  });

  test('shows a run as it is, and again when it changes', async () => {
    const { runStore, url } = await serving();
    const run = await aRun(runStore);
    const statuses = (frames: readonly Frame[]) =>
      frames.flatMap(({ event, data }) => (event === 'run' ? [/"status":"(\w+)"/.exec(data)?.[1]] : []));
    const reading = read(`${url}/?runs=${run}&after=0`, (frames) => statuses(frames).includes('stopped'));
    await runStore.command(run, 'stop');
    expect(new Set(statuses(await reading))).toContain('stopped');
  });

  test('a place that the store has never reached is answered with a reset', async () => {
    const { runStore, url } = await serving();
    const run = await aRun(runStore);
    const frames = await read(`${url}/?runs=${run}&after=99999`, (all) =>
      all.some(({ event }) => event === 'run'),
    );
    expect(frames.find(({ event }) => event === 'reset')).toMatchObject({
      data: String(await runStore.lastSeq()),
    });
  });

  test('a run that does not exist does not end the stream of those that do', async () => {
    const { db, runStore, url } = await serving();
    const run = await aRun(runStore);
    const reading = read(`${url}/?runs=77,${run}&after=0`, said(1));
    await say(db, run, 'here');
    expect(messages(await reading)).toEqual(['here']);
  });

  test('a silent run still has a heartbeat', async () => {
    const { runStore, url } = await serving(10);
    const run = await aRun(runStore);
    const frames = await read(
      `${url}/?runs=${run}&after=0`,
      (all) => all.filter(({ event }) => event === 'comment').length > 2,
    );
    expect(frames.filter(({ event }) => event === 'comment').length).toBeGreaterThan(2);
  });

  test('a reader that is far too slow gets everything all the same', async () => {
    const { db, runStore, feed } = await serving();
    const run = await aRun(runStore);
    const gone = new AbortController();
    const { body } = openEventStream({ runStore, feed }, { runs: [run], after: 0, signal: gone.signal });
    const reader = body?.getReader();
    const rows = Array.from(
      { length: 5000 },
      (_, index) => `(${run}, 0, 'log', 1764000000000, '{"level":"info","source":"x","message":"${index}"}')`,
    );
    await reader?.read();
    // One insert, so that the feed meets it as a flood while nobody reads.
    await db.$executeRawUnsafe(
      `INSERT INTO "Event" ("runId", "attempt", "kind", "time", "body") VALUES ${rows.join(',')}`,
    );
    await new Promise<void>((resolve) => {
      const unsubscribe = feed.subscribe({
        runs: new Set([run]),
        onEvents: () => undefined,
        onRun: () => {
          unsubscribe();
          resolve();
        },
      });
      void say(db, run, 'last');
    });
    const got: string[] = [];
    while (got.at(-1) !== 'last') {
      const chunk = await reader?.read();
      got.push(
        ...messages(
          Buffer.from(chunk?.value ?? [])
            .toString()
            .split('\n\n')
            .map(parseFrame),
        ),
      );
    }
    gone.abort();
    expect(got).toEqual([...rows.map((_, index) => String(index)), 'last']);
  });
});

test('a stream that asks for recipes is told the state of the folder and each change of it', async () => {
  const { runStore, feed } = await serving();
  let tell: (stamp: string) => void = () => undefined;
  let isWatched = true;
  const recipes = {
    subscribe: (listener: (stamp: string) => void) => {
      tell = listener;
      listener('first');
      return () => (isWatched = false);
    },
  };
  const gone = new AbortController();
  const response = openEventStream({ runStore, feed }, { runs: [], after: 0, recipes, signal: gone.signal });
  const reader = response.body?.getReader();
  const next = async () => new TextDecoder().decode((await reader?.read())?.value);
  let text = '';
  while (!text.includes('first')) text += await next();
  tell('second');
  expect(await next()).toBe('event: recipes\ndata: second\n\n');
  await reader?.cancel();
  await vi.waitFor(() => expect(isWatched).toBe(false));
});
