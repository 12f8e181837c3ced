import { parse } from 'yaml';

/** What a completion says: text for people, calls for tools, and attempts at calls that cannot be read. */
export type ParsedCalls = {
  readonly content: string;
  readonly calls: readonly CallAttempt[];
};

export type CallAttempt =
  | {
      readonly ok: true;
      readonly name: string;
      readonly arguments: Readonly<Record<string, unknown>>;
      readonly text: string;
    }
  /** `text`: what the model wrote; `message` is told to it. */
  | { readonly ok: false; readonly text: string; readonly message: string };

/** Arguments as JSON, or as nearly JSON: single quotes, bare keys and a comma too many are read as what they mean. */
export function readObject(text: string): Readonly<Record<string, unknown>> | null {
  for (const read of [strictly, tolerantly]) {
    const value = read(text);
    if (isObject(value)) return value;
  }
  return null;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function strictly(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function tolerantly(text: string): unknown {
  // a flow mapping of YAML is what hand-written JSON usually is; anything else is not an object at all
  if (!/^\s*\{[\s\S]*\}\s*$/.test(text)) return undefined;
  try {
    return parse(text, { logLevel: 'silent' });
  } catch {
    return undefined;
  }
}
