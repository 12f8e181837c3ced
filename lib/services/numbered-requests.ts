import { isRefusal } from './service-error';

// Training services that take a model's requests by number do each number once, in order, whatever is sent again: strict
// ones wait for a number that is missing, and refuse another request under a number that was taken.

/** Numbers of one model's requests. */
export type Numbers<O> = {
  /** Of the next request. */
  nextSeqId: number;
  /** The request under `nextSeqId` that was sent and not answered: whether the service has it is not known. */
  unsettled: O | null;
};

export type NumberedRequests<O> = {
  /**
   * Sends the request again whose fate is not known, so that the service has it before what comes next. Gives it when the
   * service refuses it: then it was not begun, and its number is free.
   */
  settle(numbers: Numbers<O>, signal: AbortSignal): Promise<O | null>;
  /** Settles, then makes the next request and submits it; its number is used again when the service refuses it. */
  submitNext<P extends O>(numbers: Numbers<O>, make: (seqId: number) => P, signal: AbortSignal): Promise<P>;
};

/** `submit` sends the same request as often as it is called with it, and resolves when the service has it. */
export function createNumberedRequests<O>(
  submit: (request: O, signal: AbortSignal) => Promise<void>,
): NumberedRequests<O> {
  async function send(numbers: Numbers<O>, request: O, signal: AbortSignal): Promise<void> {
    numbers.unsettled = request;
    try {
      await submit(request, signal);
    } catch (error) {
      if (isRefusal(error)) numbers.unsettled = null;
      throw error;
    }
    numbers.unsettled = null;
    numbers.nextSeqId += 1;
  }

  async function settle(numbers: Numbers<O>, signal: AbortSignal): Promise<O | null> {
    const { unsettled } = numbers;
    try {
      if (unsettled !== null) await send(numbers, unsettled, signal);
      return null;
    } catch (error) {
      if (isRefusal(error)) return unsettled;
      throw error;
    }
  }

  return {
    settle,
    async submitNext(numbers, make, signal) {
      await settle(numbers, signal);
      const request = make(numbers.nextSeqId);
      await send(numbers, request, signal);
      return request;
    },
  };
}
