import { assertNever } from '@/lib/shared/assert-never';
import type { Member } from './member';
import type { Members } from './members';
import { errorText, failure, type PendingCall } from './pending-call';
import type { FromPython } from './protocol';

type Ask = Extract<FromPython, { k: 'ask' }>;

/** What a process has said, in order. */
export function hear(members: Members, member: Member, messages: readonly FromPython[]): void {
  member.lastWordAt = performance.now();
  for (const message of messages) {
    if (isOfCall(message)) hearOfCall(members, member, message);
    else hearOfProcess(members, member, message);
  }
  members.pump();
}

type OfCall = Extract<FromPython, { k: 'done' | 'error' | 'print' | 'overdue' | 'recalled' | 'ask' }>;
type OfProcess = Exclude<FromPython, OfCall>;

const OF_CALLS: readonly string[] = [
  'done',
  'error',
  'print',
  'overdue',
  'recalled',
  'ask',
] satisfies OfCall['k'][];

function isOfCall(message: FromPython): message is OfCall {
  return OF_CALLS.includes(message.k);
}

function hearOfProcess(members: Members, member: Member, message: OfProcess): void {
  switch (message.k) {
    case 'ready':
      member.isReady = true;
      return;
    case 'loaded':
      member.loads.set(message.handle, { kind: 'ready' });
      members.targets.loaded(message.handle, message);
      return;
    case 'unloaded':
      void members.unloaded(member, message.handle, message);
      return;
    case 'spent':
      member.measured(message.seconds, message.calls);
      return;
    case 'alive':
      return;
    default:
      assertNever(message);
  }
}

function hearOfCall(members: Members, member: Member, message: OfCall): void {
  switch (message.k) {
    case 'done':
    case 'error':
      hearAnswer(members, member, message);
      return;
    case 'print':
      hearPrint(members, member, message);
      return;
    case 'overdue': {
      const call = member.running.get(message.id);
      if (call !== undefined && !member.isEnding) members.cut(member, [call]);
      return;
    }
    case 'recalled':
      hearRecalled(members, member, message.ids);
      return;
    case 'ask':
      void answerAsk(member, message);
      return;
    default:
      assertNever(message);
  }
}

function hearAnswer(
  members: Members,
  member: Member,
  message: Extract<FromPython, { k: 'done' | 'error' }>,
): void {
  const call = member.running.get(message.id);
  if (call === undefined) return;
  member.hasRecalled = false;
  member.lastAnswerAt = member.lastWordAt;
  members.answered();
  if (message.k === 'done') {
    members.settle(member, call, { ok: true, value: message.value, printed: call.printed });
    return;
  }
  if (!call.isAbandoned) for (const line of message.error.traceback) members.options.onLine(line);
  members.settle(member, call, failure(call, errorText(message.error), { error: message.error }));
}

function hearPrint(
  members: Members,
  member: Member,
  { id, lines }: Extract<FromPython, { k: 'print' }>,
): void {
  if (id !== null) member.running.get(id)?.printed.push(...lines);
  for (const line of lines) members.options.onLine(line);
}

function hearRecalled(members: Members, member: Member, ids: readonly number[]): void {
  const back: PendingCall[] = [];
  for (const id of ids) {
    const call = member.running.get(id);
    member.running.delete(id);
    if (call !== undefined && !call.isAbandoned) back.push(call);
  }
  if (member.running.size === 0) member.isExclusive = false;
  members.waiting.putBack(back);
}

async function answerAsk(member: Member, { ask, id, name, payload }: Ask): Promise<void> {
  const call = member.running.get(id);
  const onRequest = call?.call.onRequest;
  if (call === undefined || call.isAbandoned || onRequest === undefined) {
    const message = `Nothing here answers "${name}".`;
    member.process.send([{ k: 'told', ask, ok: false, message }]);
    return;
  }
  try {
    const value = (await onRequest(name, payload, call.over.signal)) ?? null;
    member.process.send([{ k: 'told', ask, ok: true, value }]);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    member.process.send([{ k: 'told', ask, ok: false, message }]);
  }
}
