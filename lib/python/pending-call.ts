import path from 'node:path';
import type { PythonCall, PythonFailure, PythonOutcome } from './python-pool';
import type { PythonError } from './protocol';

/** A call from when it is made until it is answered, across lives of processes. */
export type PendingCall = {
  readonly id: number;
  readonly call: PythonCall;
  /** Aborts what the code has asked for when the call is over. */
  readonly over: AbortController;
  readonly printed: string[];
  readonly answer: (outcome: PythonOutcome) => void;
  /** Processes that have ended while this call was among those that ran. */
  lives: number;
  /** A process has ended under it: it runs alone, so that the next end is its own doing. */
  isSuspect: boolean;
  /** Nobody waits for it any more. */
  isAbandoned: boolean;
};

export function failure(
  { printed }: PendingCall,
  message: string,
  { error, isTimeout = false }: { readonly error?: PythonError; readonly isTimeout?: boolean } = {},
): PythonFailure {
  const place = error?.file != null && error.line !== null ? { file: error.file, line: error.line } : null;
  return { ok: false, message, isTimeout, place, traceback: error?.traceback ?? [], printed };
}

/** `ValueError: no number at evaluator.py:12` */
export function errorText({ type, message, file, line }: PythonError): string {
  if (type === null) return message;
  const where = file !== null && line !== null ? ` at ${path.basename(file)}:${line}` : '';
  return `${message === '' ? type : `${type}: ${message}`}${where}`;
}
