import type { PendingCall } from './pending-call';

/** Calls that no process has, by target, in the order in which they were made; what comes back goes first. */
export class WaitingCalls {
  readonly #queues = new Map<number, PendingCall[]>();

  add(call: PendingCall): void {
    this.#queueOf(call.call.handle.id).push(call);
  }

  putBack(calls: readonly PendingCall[]): void {
    for (const call of calls.toReversed()) this.#queueOf(call.call.handle.id).unshift(call);
  }

  /** The targets that somebody waits for. */
  targets(): readonly number[] {
    return [...this.#queues].filter(([, queue]) => dropAbandoned(queue).length > 0).map(([id]) => id);
  }

  count(target: number): number {
    return this.#queues.get(target)?.length ?? 0;
  }

  first(target: number): PendingCall | null {
    const queue = this.#queues.get(target);
    return queue === undefined ? null : (dropAbandoned(queue)[0] ?? null);
  }

  /** Up to `count` calls; a suspect comes alone. */
  take(target: number, count: number): readonly PendingCall[] {
    const queue = dropAbandoned(this.#queues.get(target) ?? []);
    const suspect = queue.slice(0, count).findIndex(({ isSuspect }) => isSuspect);
    return queue.splice(0, suspect === 0 ? 1 : suspect === -1 ? count : suspect);
  }

  takeAll(target?: number): readonly PendingCall[] {
    if (target !== undefined) return (this.#queues.get(target) ?? []).splice(0);
    return [...this.#queues.values()].flatMap((queue) => queue.splice(0));
  }

  #queueOf(target: number): PendingCall[] {
    const queue = this.#queues.get(target) ?? [];
    this.#queues.set(target, queue);
    return queue;
  }
}

function dropAbandoned(queue: PendingCall[]): PendingCall[] {
  while (queue[0]?.isAbandoned) queue.shift();
  return queue;
}
