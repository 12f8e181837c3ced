import type { TrajectorySequence } from '@/lib/domain/trajectory-sequence';
import { type KnownSecret, redact } from '@/lib/recipes/environment/mask-secrets';
import type { NewTrajectory } from '@/lib/run-store/run-writer';

/** Shorter values are not looked for inside a text: "1" stands in half of all texts. */
const SHORTEST = 4;

/** Takes the secrets of a run out of whatever it stores. */
export type RecordRedactor = {
  /** The value itself where nothing in it holds a secret, else a copy without. Keys of maps count too. */
  readonly record: <Value>(value: Value) => Value;
  readonly rollout: (row: NewTrajectory) => NewTrajectory;
};

export function createRecordRedactor(known: readonly KnownSecret[]): RecordRedactor {
  const secrets = known.filter(({ value }) => value.length >= SHORTEST);
  const holds = (text: string): boolean => secrets.some(({ value }) => text.includes(value));
  const record = <Value>(value: Value): Value => {
    if (!holdsAnywhere(value, holds)) return value;
    const copy = structuredClone(value);
    scrub(copy, (text) => redact(text, secrets));
    return copy;
  };
  return {
    record,
    rollout: (row) => {
      const sequences = row.body.sequences.map((sequence) => {
        const spelled = spelledBy(sequence.tokenTexts, secrets);
        return spelled.size === 0 ? sequence : withoutTokens(sequence, spelled);
      });
      return record({ ...row, body: { ...row.body, sequences } });
    },
  };
}

function holdsAnywhere(value: unknown, holds: (text: string) => boolean): boolean {
  if (typeof value === 'string') return holds(value);
  // token ids and logprobs: thousands, and numbers alone
  if (Array.isArray(value))
    return typeof value[0] !== 'number' && value.some((item) => holdsAnywhere(item, holds));
  if (!isRecord(value)) return false;
  return Object.entries(value).some(([key, item]) => holds(key) || holdsAnywhere(item, holds));
}

/** In place: `value` is a copy of ours. */
function scrub(value: unknown, clean: (text: string) => string): void {
  if (Array.isArray(value)) {
    value.forEach((item: unknown, index) => {
      if (typeof item === 'string') value[index] = clean(item);
      else scrub(item, clean);
    });
  } else if (isRecord(value)) {
    for (const [key, item] of Object.entries(value)) {
      scrub(item, clean);
      const name = clean(key);
      if (name !== key) Reflect.deleteProperty(value, key);
      if (name !== key || typeof item === 'string')
        value[name] = typeof item === 'string' ? clean(item) : item;
    }
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

type Spelled = ReadonlyMap<number, { readonly isFirst: boolean }>;

/** Indices of the tokens that together spell a secret; with it whether a run of them begins there. */
function spelledBy(texts: readonly string[], secrets: readonly KnownSecret[]): Spelled {
  const spelled = new Map<number, { readonly isFirst: boolean }>();
  const whole = texts.join('');
  for (const { value } of secrets) {
    for (let at = whole.indexOf(value); at !== -1; at = whole.indexOf(value, at + value.length)) {
      const [first, ...rest] = tokensBetween(texts, at, at + value.length);
      if (first !== undefined) spelled.set(first, { isFirst: true });
      for (const index of rest) spelled.set(index, { isFirst: false });
    }
  }
  return spelled;
}

/** Indices of the tokens that have a letter between two offsets of the whole text. */
function tokensBetween(texts: readonly string[], from: number, to: number): readonly number[] {
  let start = 0;
  return texts.flatMap((text, index) => {
    const end = start + text.length;
    const isInside = end > from && start < to;
    start = end;
    return isInside ? [index] : [];
  });
}

/** Ids spell as well as texts do, so both go; the arrays stay aligned. */
function withoutTokens(sequence: TrajectorySequence, spelled: Spelled): TrajectorySequence {
  return {
    ...sequence,
    tokens: sequence.tokens.map((token, index) => (spelled.has(index) ? 0 : token)),
    tokenTexts: sequence.tokenTexts.map((text, index) => {
      const place = spelled.get(index);
      return place === undefined ? text : place.isFirst ? '***' : '';
    }),
  };
}
