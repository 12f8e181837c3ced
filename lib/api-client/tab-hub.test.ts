import { describe, expect, test } from 'vitest';
import { RunId } from '@/lib/domain/run';
import type { RunEvent } from '@/lib/domain/run-event';
import {
  createTabHub,
  type HubPorts,
  type LiveMessage,
  type StreamQuestion,
  type TabHub,
  type TabMessage,
} from './tab-hub';

type Stream = StreamQuestion & { emit: (message: LiveMessage) => void; isOpen: boolean };
type Tab = { hub: TabHub; got: LiveMessage[]; close: () => void; rollCall: () => void };

/** A browser without one: a lock that goes to the next in line, a channel, and streams that a test feeds. */
function browser() {
  const listeners = new Map<string, (message: TabMessage) => void>();
  const line: { tab: string; lead: () => void }[] = [];
  const streams: Stream[] = [];
  let leader: string | null = null;

  function nextLeader(): void {
    const next = line.shift();
    leader = next?.tab ?? null;
    next?.lead();
  }
  function open(name: string): Tab {
    const got: LiveMessage[] = [];
    const mine: Stream[] = [];
    let rollCall = (): void => undefined;
    const ports: HubPorts = {
      tab: name,
      channel: {
        post(message) {
          for (const [tab, listener] of listeners) if (tab !== name) listener(message);
        },
        listen: (listener) => void listeners.set(name, listener),
      },
      becomeLeader(lead) {
        line.push({ tab: name, lead });
        if (leader === null) nextLeader();
      },
      openStream(question, emit) {
        const stream = { ...question, emit, isOpen: true };
        streams.push(stream);
        mine.push(stream);
        return () => {
          stream.isOpen = false;
        };
      },
      everyNowAndThen: (callback) => {
        rollCall = callback;
      },
    };
    const hub = createTabHub(ports, (message) => got.push(message));
    return {
      hub,
      got,
      rollCall: () => rollCall(),
      /** As when a tab is killed: nobody is told. */
      close() {
        listeners.delete(name);
        for (const stream of mine) stream.isOpen = false;
        if (leader === name) nextLeader();
      },
    };
  }
  return { open, openStreams: () => streams.filter((stream) => stream.isOpen), streams };
}

function event(seq: number, run: number): LiveMessage {
  const body: RunEvent = {
    seq,
    runId: RunId.parse(run),
    attempt: 1,
    time: '2026-11-22T10:00:00.000Z',
    kind: 'log',
    level: 'info',
    source: 'test',
    message: String(seq),
  };
  return { kind: 'event', event: body };
}

const seqs = (tab: Tab) =>
  tab.got.flatMap((message) => (message.kind === 'event' ? [message.event.seq] : []));
const questions = (streams: readonly Stream[]) => streams.map(({ runs, after }) => ({ runs, after }));

describe('createTabHub', () => {
  test('eight tabs share one stream, and each gets what it follows', () => {
    const { open, openStreams } = browser();
    const tabs = Array.from({ length: 8 }, (_, index) => open(`tab ${index}`));
    tabs.forEach((tab, index) => tab.hub.follow([1 + (index % 2)], 10));
    expect(questions(openStreams())).toEqual([{ runs: [1, 2], after: 10 }]);
    openStreams()[0]?.emit(event(11, 1));
    openStreams()[0]?.emit(event(12, 2));
    expect(tabs.map(seqs)).toEqual(tabs.map((_, index) => [index % 2 === 0 ? 11 : 12]));
  });

  test('a tab that begins further back makes the stream go back; what others had already is theirs to ignore', () => {
    const { open, openStreams } = browser();
    const [first, second] = [open('a'), open('b')];
    first.hub.follow([1], 10);
    openStreams()[0]?.emit(event(20, 1));
    second.hub.follow([1], 15);
    expect(questions(openStreams())).toEqual([{ runs: [1], after: 15 }]);
  });

  test('when the leader is killed the next one goes on from where its tabs are, without a gap', () => {
    const { open, openStreams } = browser();
    const [first, second, third] = [open('a'), open('b'), open('c')];
    first.hub.follow([1], 0);
    second.hub.follow([2], 0);
    third.hub.follow([3], 0);
    openStreams()[0]?.emit(event(5, 2));
    openStreams()[0]?.emit(event(6, 3));
    first.close();
    expect(questions(openStreams())).toEqual([{ runs: [2, 3], after: 6 }]);
    openStreams()[0]?.emit(event(7, 2));
    expect([seqs(second), seqs(third)]).toEqual([[5, 7], [6]]);
  });

  test('a tab does not count as up to date by events of a stream that leaves its runs out', () => {
    const { open, openStreams, streams } = browser();
    const [first, second] = [open('a'), open('b')];
    first.hub.follow([1], 0);
    const early = streams[0];
    second.hub.follow([2], 0);
    // The old stream's last words arrive late, after the second tab has begun to listen.
    early?.emit(event(9, 1));
    first.close();
    expect(questions(openStreams())).toEqual([{ runs: [2], after: 0 }]);
  });

  test('a tab that vanished is left out after missed roll-calls', () => {
    const { open, openStreams } = browser();
    const [first, second] = [open('a'), open('b')];
    first.hub.follow([1], 3);
    second.hub.follow([2], 3);
    second.close();
    for (let call = 0; call < 4; call += 1) first.rollCall();
    first.hub.follow([4], 3);
    expect(openStreams().at(-1)?.runs).toEqual([1, 4]);
  });

  test('the stream is closed when nobody follows anything, and opened again where the page is', () => {
    const { open, openStreams } = browser();
    const tab = open('a');
    const stop = tab.hub.follow([1], 3);
    stop();
    expect(openStreams()).toEqual([]);
    tab.hub.follow([1], 90);
    expect(questions(openStreams())).toEqual([{ runs: [1], after: 90 }]);
  });

  test('two followers of one run in one tab are one', () => {
    const { open, openStreams } = browser();
    const tab = open('a');
    const stop = tab.hub.follow([1], 3);
    tab.hub.follow([1], 3);
    stop();
    expect(openStreams()).toHaveLength(1);
  });

  test('a tab that joins hears at once whether the stream is open', () => {
    const { open, openStreams } = browser();
    const first = open('a');
    first.hub.follow([1], 3);
    openStreams()[0]?.emit({ kind: 'connection', state: 'open' });
    const second = open('b');
    second.hub.follow([1], 3);
    expect(second.got).toEqual([{ kind: 'connection', state: 'open' }]);
  });

  test('after a reset all go on from the place that the store names', () => {
    const { open, openStreams } = browser();
    const [first, second] = [open('a'), open('b')];
    first.hub.follow([1], 900);
    second.hub.follow([1], 900);
    openStreams()[0]?.emit({ kind: 'reset', seq: 4 });
    first.close();
    expect(questions(openStreams())).toEqual([{ runs: [1], after: 4 }]);
  });
});
