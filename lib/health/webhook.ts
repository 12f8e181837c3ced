import { setTimeout as sleep } from 'node:timers/promises';

/** A receiver that takes longer does not answer. */
const TIMEOUT_MS = 5000;
const TRIES = 3;
const RETRY_MS = 1000;
/** What waits while a receiver is down; older messages are dropped, since the newest say where a run stands. */
const MAX_WAITING = 20;
/** A run that has ended waits so long for its last message, and no longer. */
const LAST_WORD_MS = 3000;

export type Webhook = {
  /** Returns at once; the message goes out in its turn, or is dropped. */
  send(text: string): void;
  /** Waits a moment for what is under way, then gives up. */
  close(): Promise<void>;
};

export type WebhookOptions = {
  /** A secret: who knows it can write to the channel. Never shown. */
  readonly url: string;
  /** Told once per stretch of failures, without the address. */
  readonly onTrouble: (message: string) => void;
  readonly retryMs?: number;
  readonly timeoutMs?: number;
};

/** Posts `{"text": …}`, which Slack, Mattermost and many others take. Nothing that calls it ever waits for it. */
export function openWebhook(options: WebhookOptions): Webhook {
  const waiting: string[] = [];
  const end = new AbortController();
  let work: Promise<void> | null = null;
  let isDown = false;

  async function deliver(): Promise<void> {
    for (let text = waiting.shift(); text !== undefined && !end.signal.aborted; text = waiting.shift()) {
      const trouble = await post(text, options, end.signal);
      if (trouble !== null && !isDown) options.onTrouble(`An alert was not delivered: ${trouble}.`);
      isDown = trouble !== null;
    }
    work = null;
  }

  return {
    send: (text) => {
      waiting.push(text);
      if (waiting.length > MAX_WAITING) waiting.shift();
      work ??= deliver();
    },
    close: async () => {
      const patience = new AbortController();
      const late = sleep(LAST_WORD_MS, undefined, { signal: patience.signal }).catch(() => undefined);
      await Promise.race([work, late]);
      patience.abort();
      end.abort();
      await work;
    },
  };
}

/** Null when it was taken; otherwise why not, without the address. */
async function post(text: string, options: WebhookOptions, end: AbortSignal): Promise<string | null> {
  const { url, retryMs = RETRY_MS, timeoutMs = TIMEOUT_MS } = options;
  let trouble = 'nothing was tried';
  for (let attempt = 0; attempt < TRIES && !end.aborted; attempt += 1) {
    if (attempt > 0) await sleep(retryMs * 2 ** attempt, undefined, { signal: end }).catch(() => undefined);
    const answer = await postOnce(url, text, AbortSignal.any([end, AbortSignal.timeout(timeoutMs)]));
    if (answer === 'taken') return null;
    trouble = answer.why;
    if (!answer.isPassing) return trouble;
  }
  return trouble;
}

type Refused = { readonly why: string; readonly isPassing: boolean };

async function postOnce(url: string, text: string, signal: AbortSignal): Promise<'taken' | Refused> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text }),
      redirect: 'error',
      signal,
    });
    await response.body?.cancel();
    if (response.ok) return 'taken';
    const isPassing = response.status === 429 || response.status >= 500;
    return { why: `the receiver answered ${response.status}`, isPassing };
  } catch {
    // the error's own words may hold the address
    return { why: 'the receiver could not be reached', isPassing: true };
  }
}
