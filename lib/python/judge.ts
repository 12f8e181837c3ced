import type { Member } from './member';
import type { Members } from './members';

/** Between two looks while calls run. */
const LOOK_MS = 50;
/** A process tells of itself every second while calls run; one that holds Python's lock for so long beyond a limit hangs. */
const SILENCE_MS = 3_000;
/** Large libraries take long from a cold disk. */
const LOAD_MS = 120_000;
/** What has not begun for so long behind another call may begin elsewhere. */
const BEHIND_MS = 40;

/** Milliseconds until the processes need to be looked at again. */
export function nextLook({ all, options, waiting }: Members): number {
  const isBusy = waiting.targets().length > 0 || [...all].some((member) => !member.isIdle());
  return isBusy ? LOOK_MS : options.idleMs;
}

/** Ends what hangs and what is idle, and takes back what waits behind a long call. */
export function judge(members: Members, now: number): void {
  for (const member of members.all) {
    if (member.isEnding) continue;
    judgeLoads(members, member, now);
    const silence = now - member.lastWordAt;
    const limits = [...member.running.values()].map(({ call }) => call.timeoutMs);
    if (limits.length > 0 && silence > Math.max(...limits) + SILENCE_MS) cutSilent(members, member);
    else if (now - member.lastAnswerAt > BEHIND_MS) takeBackWaiting(members, member);
    if (member.isIdle() && silence >= members.options.idleMs) members.end(member);
  }
  members.pump();
}

function judgeLoads(members: Members, member: Member, now: number): void {
  for (const [id, load] of member.loads) {
    if (load.kind !== 'loading' || now - load.since < LOAD_MS) continue;
    const name = members.targets.target(id)?.name ?? 'The code';
    members.refuse(id, `${name} did not finish loading in ${LOAD_MS / 1000} s.`);
    member.loads.set(id, { kind: 'failed' });
    members.cut(member, []);
  }
}

/** Nobody knows which call it is: each runs alone next time, and the one that hangs then is cut. */
function cutSilent(members: Members, member: Member): void {
  const alone = [...member.running.values()].filter(() => member.running.size === 1);
  for (const call of member.running.values()) call.isSuspect = true;
  members.cut(member, alone);
}

function takeBackWaiting(members: Members, member: Member): void {
  if (member.running.size < 2 || member.hasRecalled) return;
  const isElsewhere = [...members.all].some((other) => other !== member && other.isIdle());
  const canGrow = members.all.size < members.options.processes;
  if (!isElsewhere && !canGrow) return;
  member.hasRecalled = true;
  const begun = [...member.running.values()].filter(({ call }) => members.isConcurrent(call.handle.id));
  if (begun.length > 0) return;
  member.process.send([{ k: 'recall', ids: [...member.running.keys()] }]);
}
