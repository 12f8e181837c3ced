import { z } from 'zod';
import { RunEvent } from '@/lib/domain/run-event';
import { Run } from '@/lib/domain/run';
import { withQuery } from './request';
import {
  type HubPorts,
  type LiveMessage,
  RECIPES_TOPIC,
  type StreamQuestion,
  type TabMessage,
} from './tab-hub';
import { decodeEvent, decodeRun } from './wire';

const NAME = 'galley-events';
/** Long enough to cost nothing, short enough that a crashed tab's runs are not streamed for long. */
const ROLL_CALL_MS = 30_000;
const RETRY_MS = 2000;

/** The page's way to other tabs and to the server. Without locks or channels (old browsers) each tab leads itself. */
export function browserPorts(): HubPorts {
  const canShare = 'locks' in navigator && typeof BroadcastChannel === 'function';
  return {
    tab: `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`,
    channel: canShare ? broadcastChannel() : { post: () => undefined, listen: () => undefined },
    becomeLeader: canShare ? holdLock : (lead) => lead(),
    openStream,
    everyNowAndThen: (callback) => void setInterval(callback, ROLL_CALL_MS),
  };
}

/** The lock is never given back: the browser does that when the tab is gone. */
function holdLock(lead: () => void): void {
  void navigator.locks.request(NAME, () => {
    lead();
    return new Promise<never>(() => undefined);
  });
}

function broadcastChannel(): HubPorts['channel'] {
  const channel = new BroadcastChannel(NAME);
  return {
    post: (message) => channel.postMessage(message),
    listen: (listener) => {
      channel.onmessage = ({ data }: MessageEvent<unknown>) => {
        const message = parseTabMessage(data);
        if (message !== null) listener(message);
      };
    },
  };
}

const Envelope = z.discriminatedUnion('type', [
  z.object({ type: z.literal('want'), tab: z.string(), runs: z.array(z.number()), after: z.number() }),
  z.object({ type: z.literal('bye'), tab: z.string() }),
  z.object({ type: z.literal('roll-call') }),
  z.object({
    type: z.literal('live'),
    runs: z.array(z.number()),
    message: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('event'), event: z.unknown() }),
      z.object({ kind: z.literal('run'), run: Run }),
      z.object({ kind: z.literal('reset'), seq: z.number() }),
      z.object({ kind: z.literal('recipes'), stamp: z.string() }),
      z.object({ kind: z.literal('connection'), state: z.enum(['connecting', 'open', 'retrying']) }),
    ]),
  }),
]);

/** Another tab may run another version of the page: what it says is parsed like anything from outside. */
function parseTabMessage(data: unknown): TabMessage | null {
  const parsed = Envelope.safeParse(data);
  if (!parsed.success) return null;
  const message = parsed.data;
  if (message.type !== 'live') return message;
  if (message.message.kind !== 'event') return { ...message, message: message.message };
  const event = RunEvent.safeParse(z.looseObject({}).parse(message.message.event));
  return event.success ? { ...message, message: { kind: 'event', event: event.data } } : null;
}

function openStream(question: StreamQuestion, onMessage: (message: LiveMessage) => void): () => void {
  let after = question.after;
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | null = null;
  connect();

  function connect(): void {
    const runs = question.runs.filter((run) => run !== RECIPES_TOPIC).join(',');
    const recipes = question.runs.includes(RECIPES_TOPIC) ? 1 : null;
    source = new EventSource(withQuery('/api/events', { runs, recipes, after }));
    source.onopen = () => onMessage({ kind: 'connection', state: 'open' });
    source.onmessage = ({ data }: MessageEvent<string>) => {
      const event = decodeEvent(data);
      if (event === null) return;
      after = Math.max(after, event.seq);
      onMessage({ kind: 'event', event });
    };
    source.addEventListener('run', ({ data }: MessageEvent<string>) => {
      const run = decodeRun(data);
      if (run !== null) onMessage({ kind: 'run', run });
    });
    source.addEventListener('recipes', ({ data }: MessageEvent<string>) =>
      onMessage({ kind: 'recipes', stamp: data }),
    );
    source.addEventListener('reset', ({ data }: MessageEvent<string>) => {
      after = z.coerce.number().catch(0).parse(data);
      onMessage({ kind: 'reset', seq: after });
    });
    source.onerror = () => {
      onMessage({ kind: 'connection', state: 'retrying' });
      // The browser reconnects by itself, except after an answer that is no stream (the server is starting, say).
      if (source?.readyState === EventSource.CLOSED) timer = setTimeout(connect, RETRY_MS);
    };
  }

  return () => {
    if (timer !== null) clearTimeout(timer);
    source?.close();
  };
}
