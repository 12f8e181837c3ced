import { AppError } from '@/lib/shared/app-error';
import { onAbort } from '@/lib/shared/on-abort';
import { Deaths } from './deaths';
import { explainLoad } from './explain-load';
import { explainStart } from './explain-start';
import type { Interpreter } from './find-interpreter';
import { hear } from './hear';
import { judge, nextLook } from './judge';
import { Member } from './member';
import { failure, type PendingCall } from './pending-call';
import type { PythonError, ToPython } from './protocol';
import { type PythonProcessOptions, startPythonProcess } from './python-process';
import type { PythonCall, PythonHandle, PythonOutcome, PythonTarget } from './python-pool';
import { Targets } from './targets';
import { WaitingCalls } from './waiting-calls';

const CLOSED = 'The Python processes were closed before this call returned.';

type MembersOptions = {
  readonly interpreter: Interpreter;
  readonly onLine: (line: string) => void;
  readonly processes: number;
  readonly idleMs: number;
  readonly process: PythonProcessOptions;
};

/** The processes of a pool, and who runs what. */
export class Members {
  readonly options: MembersOptions;
  readonly targets = new Targets();
  readonly all = new Set<Member>();
  readonly waiting = new WaitingCalls();
  readonly #deaths = new Deaths();
  #nextCall = 1;
  #isPumping = false;
  #timer: NodeJS.Timeout | null = null;
  #onEmpty: (() => void) | null = null;

  constructor(options: MembersOptions) {
    this.options = options;
  }

  get isClosed(): boolean {
    return this.#onEmpty !== null;
  }

  load(target: PythonTarget): Promise<PythonHandle> {
    const { id, loaded } = this.targets.add(target);
    const member = [...this.all].find(({ isEnding }) => !isEnding) ?? this.#start();
    this.#ensureLoaded(member, id);
    return loaded;
  }

  call(call: PythonCall, signal: AbortSignal): Promise<PythonOutcome> {
    return new Promise((resolve, reject) => {
      const pending: PendingCall = {
        id: this.#nextCall++,
        call,
        over: new AbortController(),
        printed: [],
        answer: (outcome) => {
          stopWaiting();
          pending.over.abort();
          resolve(outcome);
        },
        lives: 0,
        isSuspect: false,
        isAbandoned: false,
      };
      const abandon = (): void => {
        pending.isAbandoned = true;
        pending.over.abort();
        this.#takeBack(pending);
        reject(
          signal.reason instanceof Error ? signal.reason : new Error('aborted', { cause: signal.reason }),
        );
      };
      if (this.isClosed) {
        resolve(failure(pending, CLOSED));
        return;
      }
      const stopWaiting = onAbort(signal, abandon);
      this.waiting.add(pending);
      this.pump();
    });
  }

  close(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    const running = [...this.all].flatMap((member) => [...member.running.values()]);
    for (const call of [...this.waiting.takeAll(), ...running]) call.answer(failure(call, CLOSED));
    for (const id of this.targets.firstLoads()) this.targets.refuse(id, new AppError('conflict', CLOSED));
    return new Promise((resolve) => {
      this.#onEmpty = resolve;
      for (const member of this.all) this.end(member);
      if (this.all.size === 0) resolve();
    });
  }

  /** Hands out what waits, once per turn of the event loop, so that calls of one turn travel together. */
  pump(): void {
    if (this.#isPumping || this.isClosed) return;
    this.#isPumping = true;
    setImmediate(() => {
      this.#isPumping = false;
      if (!this.isClosed) this.#dispatch();
    });
  }

  /** Ends a process that has nothing to do, or is to have nothing more. */
  end(member: Member): void {
    member.isEnding = true;
    member.process.end();
  }

  /** Ends a process that holds calls which do not return; the others are run elsewhere. */
  cut(member: Member, overdue: readonly PendingCall[]): void {
    for (const call of overdue) {
      const { timeoutMs, limitedBy } = call.call;
      const limit = `its limit of ${timeoutMs / 1000} s${limitedBy === undefined ? '' : ` (${limitedBy})`}`;
      this.settle(
        member,
        call,
        failure(call, `${call.call.handle.name} did not return within ${limit}; the call was cut.`, {
          isTimeout: true,
        }),
      );
    }
    if (overdue.length > 0) this.#deaths.failed();
    member.isEnding = true;
    member.process.kill();
  }

  settle(member: Member, call: PendingCall, outcome: PythonOutcome): void {
    member.running.delete(call.id);
    if (member.running.size === 0) member.isExclusive = false;
    if (!call.isAbandoned) call.answer(outcome);
  }

  /** Calls of the target begin as they arrive, so none can be taken back. */
  isConcurrent(id: number): boolean {
    const target = this.targets.known(id);
    return target !== null && (target.isAsync || target.threads > 1);
  }

  /** A process has answered a call: code that answers is not hopeless. */
  answered(): void {
    this.#deaths.answered();
  }

  async unloaded(
    member: Member,
    id: number,
    problem: { readonly error: PythonError; readonly missing: string | null },
  ): Promise<void> {
    member.loads.set(id, { kind: 'failed' });
    for (const line of problem.error.traceback) this.options.onLine(line);
    const target = this.targets.target(id);
    if (target === null) return;
    this.refuse(id, await explainLoad(target, problem, this.options.interpreter));
  }

  /** The target cannot be used: whoever waits for it learns why. */
  refuse(id: number, message: string): void {
    if ([...this.all].some(({ loads, isEnding }) => !isEnding && loads.get(id)?.kind === 'ready')) {
      // others can run it
      this.options.onLine(message);
      return;
    }
    this.targets.refuse(id, new AppError('invalid_input', message));
    for (const call of this.waiting.takeAll(id)) call.answer(failure(call, message));
  }

  #dispatch(): void {
    for (const id of this.waiting.targets()) this.#dispatchTarget(id);
    this.#watch();
  }

  #dispatchTarget(id: number): void {
    const target = this.targets.known(id);
    if (target === null) return;
    const frames = new Map<Member, ToPython[]>();
    for (let call = this.waiting.first(id); call !== null; call = this.waiting.first(id)) {
      const needsIdle = call.isSuspect;
      const free = [...this.all].filter(
        (member) => member.room(id, target) > 0 && !(needsIdle && member.running.size > 0),
      );
      const member = free.toSorted((one, other) => one.running.size - other.running.size)[0];
      if (member === undefined) break;
      // shared out evenly where several are free, all at once where there is one
      const share = Math.ceil(this.waiting.count(id) / free.length);
      const count = Math.min(member.room(id, target), share);
      const taken = this.waiting.take(id, count);
      const frame = frames.get(member) ?? [];
      frames.set(member, frame);
      for (const one of taken) frame.push(this.#begin(member, one));
    }
    for (const [member, frame] of frames) member.process.send(frame);
    if (this.waiting.first(id) !== null) this.#grow(id);
  }

  #begin(member: Member, pending: PendingCall): ToPython {
    if (member.running.size === 0) member.lastWordAt = member.lastAnswerAt = performance.now();
    member.running.set(pending.id, pending);
    member.isExclusive = pending.isSuspect;
    const { handle, method, args = [], kwargs = {}, timeoutMs } = pending.call;
    return { k: 'call', id: pending.id, handle: handle.id, method, args, kwargs, limit: timeoutMs / 1000 };
  }

  /** There is more to do than the processes take: one that has not loaded the target yet, or one more. */
  #grow(id: number): void {
    const members = [...this.all].filter(({ isEnding }) => !isEnding);
    if (members.some(({ loads }) => loads.get(id)?.kind === 'loading')) return;
    const fresh = members.find(({ loads }) => !loads.has(id));
    if (fresh !== undefined) this.#ensureLoaded(fresh, id);
    else if (members.length < this.options.processes) this.#ensureLoaded(this.#start(), id);
  }

  #start(): Member {
    const member: Member = new Member(
      startPythonProcess(this.options.process, {
        onMessages: (messages) => hear(this, member, messages),
        onLine: this.options.onLine,
        onRoom: () => this.pump(),
        onExit: (how) => this.#onExit(member, how),
      }),
      performance.now(),
    );
    this.all.add(member);
    return member;
  }

  #ensureLoaded(member: Member, id: number): void {
    const message = this.targets.message(id);
    if (message === null || member.loads.has(id)) return;
    member.loads.set(id, { kind: 'loading', since: performance.now() });
    member.process.send([message]);
    this.#watch();
  }

  #takeBack(pending: PendingCall): void {
    const member = [...this.all].find(({ running }) => running.has(pending.id));
    member?.process.send([{ k: 'recall', ids: [pending.id] }]);
  }

  #onExit(member: Member, how: string): void {
    this.all.delete(member);
    const lost = [...member.running.values()].filter(({ isAbandoned }) => !isAbandoned);
    member.running.clear();
    if (this.#onEmpty !== null) {
      if (this.all.size === 0) this.#onEmpty();
      return;
    }
    const loading = [...member.loads].filter(([, { kind }]) => kind === 'loading');
    for (const [id] of loading) this.#lostWhileLoading(member, id, how);
    if (member.isEnding) this.waiting.putBack(lost);
    else this.#retry(lost, how);
    if (this.#deaths.isHopeless()) {
      for (const call of this.waiting.takeAll()) call.answer(failure(call, this.#deaths.message));
      this.#deaths.answered();
    }
    this.pump();
  }

  #lostWhileLoading(member: Member, id: number, how: string): void {
    const name = this.targets.target(id)?.name ?? 'the code';
    const message = member.isReady
      ? `The Python process ended while it loaded ${name} (${how}).`
      : explainStart(this.options.interpreter, how);
    this.refuse(id, message);
  }

  /** A process has ended by itself: what ran in it is tried once more, each alone. */
  #retry(lost: readonly PendingCall[], how: string): void {
    const again: PendingCall[] = [];
    for (const call of lost) {
      call.lives += 1;
      call.isSuspect = true;
      if (call.lives < 2) again.push(call);
      else {
        this.#deaths.failed();
        call.answer(failure(call, `${call.call.handle.name} ended its process twice (${how}).`));
      }
    }
    this.waiting.putBack(again);
  }

  #watch(): void {
    if (this.#timer !== null || this.isClosed || this.all.size === 0) return;
    // what the processes have already said is read before they are judged
    this.#timer = setTimeout(() => {
      setImmediate(() => {
        this.#timer = null;
        if (this.isClosed) return;
        judge(this, performance.now());
        this.#watch();
      });
    }, nextLook(this));
    this.#timer.unref();
  }
}
