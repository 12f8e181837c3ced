// A listener that is there before what answers has been loaded.
import { createServer } from 'node:http';

/**
 * Requests wait until `answerWith` was given the handler. Without that, one that comes early would never be answered:
 * a page left open asks again every second while Galley starts anew.
 */
export function createPatientServer() {
  /** @type {(handle: import('node:http').RequestListener) => void} */
  let answerWith = () => undefined;
  const answering = new Promise((resolve) => {
    answerWith = resolve;
  });
  const server = createServer((request, response) => {
    void answering.then((handle) => handle(request, response));
  });
  return { server, answerWith };
}
