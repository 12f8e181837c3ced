import { AsyncLocalStorage } from 'node:async_hooks';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { ownPlace, property, writeLine } from '@/lib/recipe-code/in-child';
import { type FromScript, REPLY_DESCRIPTOR, ToScript } from './script-protocol';

// Entry of the process that runs tools and workers of recipes in TypeScript. What they print is a line of the log.

/** Calls may come while what they call is still being loaded. */
const things = new Map<number, Promise<unknown>>();
const asked = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
const currentCall = new AsyncLocalStorage<number>();
let asks = 0;

process.setSourceMapsEnabled(true);
process.on('uncaughtException', (error) => {
  process.stderr.write(`uncaught in the recipe's code: ${error.stack ?? error.message}\n`);
});
// what galley/worker offers: a way back to the run
Object.assign(globalThis, { __galleyRequest: request });

const lines = createInterface({ input: process.stdin, crlfDelay: Infinity });
lines.on('close', () => process.exit(0));
lines.on('line', (line) => void receive(ToScript.parse(JSON.parse(line))));

async function receive(message: ToScript): Promise<void> {
  switch (message.k) {
    case 'load':
      await load(message);
      return;
    case 'call':
      await call(message);
      return;
    case 'told': {
      const waiting = asked.get(message.ask);
      asked.delete(message.ask);
      if (message.ok) waiting?.resolve(message.value);
      else waiting?.reject(new Error(message.message));
      return;
    }
    case 'ping':
      reply({ k: 'pong', id: message.id });
  }
}

async function load(spec: Extract<ToScript, { k: 'load' }>): Promise<void> {
  const { thing } = spec;
  const made = make(spec);
  things.set(
    thing,
    made.then(({ target }) => target),
  );
  try {
    reply({ k: 'loaded', thing, methods: (await made).methods });
  } catch (error) {
    reply({ k: 'unloaded', thing, message: describe(error) });
  }
}

async function make({ module, name, config }: Extract<ToScript, { k: 'load' }>) {
  const exported: unknown = await import(pathToFileURL(module).href);
  const found = property(exported, name);
  if (!isCallable(found)) {
    const names = Object.keys(exported ?? {}).join(', ');
    throw new Error(
      `There is no exported class or function ${name}; exported: ${names === '' ? 'nothing' : names}.`,
    );
  }
  const isClass = /^class\b/.test(Function.prototype.toString.call(found));
  const target: unknown = isClass ? Reflect.construct(found, [config]) : found;
  return { target, methods: isClass ? methodsOf(found) : [] };
}

async function call({ id, thing, method, args }: Extract<ToScript, { k: 'call' }>): Promise<void> {
  try {
    const target = await things.get(thing);
    reply({ k: 'began', id });
    const code = method === null ? target : property(target, method);
    if (!isCallable(code)) throw new Error(`There is no method ${method ?? ''}.`);
    const value: unknown = await currentCall.run(id, () =>
      Promise.resolve(Reflect.apply(code, method === null ? undefined : target, [...args])),
    );
    reply({ k: 'done', id, value });
  } catch (error) {
    reply({ k: 'failed', id, message: describe(error) });
  }
}

function request(name: string, payload: unknown): Promise<unknown> {
  const id = currentCall.getStore();
  if (id === undefined) return Promise.reject(new Error(`${name} can be asked for within a call only.`));
  asks += 1;
  const ask = asks;
  return new Promise((resolve, reject) => {
    asked.set(ask, { resolve, reject });
    reply({ k: 'ask', ask, id, name, payload });
  });
}

function methodsOf(made: (...args: never) => unknown): string[] {
  const prototype = property(made, 'prototype');
  return typeof prototype === 'object' && prototype !== null
    ? Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor')
    : [];
}

function isCallable(value: unknown): value is (...args: unknown[]) => unknown {
  return typeof value === 'function';
}

function describe(error: unknown): string {
  return error instanceof Error
    ? `${error.name}: ${error.message}${ownPlace(error)}`
    : `${inspect(error)} (not an Error)`;
}

function reply(message: FromScript): void {
  let text: string;
  try {
    text = JSON.stringify(message);
  } catch (error) {
    const id = 'id' in message ? message.id : 0;
    text = JSON.stringify({ k: 'failed', id, message: `The result does not fit JSON: ${describe(error)}` });
  }
  writeLine(REPLY_DESCRIPTOR, text);
}
