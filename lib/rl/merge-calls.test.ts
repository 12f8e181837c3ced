import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cutSequence, mergeCalls, type ModelCall } from './merge-calls';

function aCall(
  promptTokens: readonly number[],
  tokens: readonly number[],
  changes: Partial<ModelCall> = {},
): ModelCall {
  const texts = [...promptTokens, ...tokens].map(String);
  const logprobs = tokens.map((token) => -token / 10);
  return { promptTokens, tokens, logprobs, tokenTexts: texts, weightVersion: 0, isTrained: true, ...changes };
}

test('a turn that continues the tokens before it lengthens the sequence; what was added between is context', () => {
  const { sequences, spans } = mergeCalls([
    aCall([1, 2], [3, 4]),
    aCall([1, 2, 3, 4, 8, 9], [5], { weightVersion: 1 }),
  ]);
  expect(sequences).toEqual([
    {
      tokens: [1, 2, 3, 4, 8, 9, 5],
      lossMask: [0, 0, 1, 1, 0, 0, 1],
      logprobs: [0, 0, -0.3, -0.4, 0, 0, -0.5],
      weightVersions: [0, 0, 0, 0, 1, 1, 1],
      tokenTexts: ['1', '2', '3', '4', '8', '9', '5'],
    },
  ]);
  expect(spans).toEqual([
    { sequence: 0, start: 2, end: 4 },
    { sequence: 0, start: 6, end: 7 },
  ]);
});

test('a prompt that rewrites one old token begins a new sequence', () => {
  const { sequences } = mergeCalls([aCall([1, 2], [3]), aCall([1, 2, 7, 8], [5])]);
  expect(sequences.map(({ tokens }) => tokens)).toEqual([
    [1, 2, 3],
    [1, 2, 7, 8, 5],
  ]);
});

test('merging can be turned off, and a call that is not trained on keeps its logprobs', () => {
  const calls = [aCall([1], [2], { isTrained: false }), aCall([1, 2], [3])];
  const { sequences } = mergeCalls(calls, { merge: false });
  expect(sequences.map(({ lossMask }) => lossMask)).toEqual([
    [0, 0],
    [0, 0, 1],
  ]);
  expect(sequences[0]?.logprobs).toEqual([0, -0.2]);
});

const token = fc.integer({ min: 0, max: 3 });
const turns = fc.array(
  fc.record({
    added: fc.array(token, { maxLength: 4 }),
    produced: fc.array(token, { maxLength: 4 }),
    keeps: fc.boolean(),
  }),
  { maxLength: 6 },
);

test('every produced token stands once, right after the tokens that its call had read', () => {
  fc.assert(
    fc.property(turns, (script) => {
      let history: number[] = [];
      const calls = script.map(({ added, produced, keeps }) => {
        const promptTokens = [...(keeps ? history : history.slice(1)), ...added];
        history = [...promptTokens, ...produced];
        return aCall(promptTokens, produced);
      });
      const { sequences, spans } = mergeCalls(calls);
      calls.forEach((call, index) => {
        const span = spans[index];
        const sequence = sequences[span?.sequence ?? -1];
        expect(sequence?.tokens.slice(0, span?.start)).toEqual(call.promptTokens);
        expect(sequence?.tokens.slice(span?.start, span?.end)).toEqual(call.tokens);
      });
      const trained = sequences.flatMap(({ lossMask }) => lossMask).filter((mask) => mask === 1).length;
      expect(trained).toBe(calls.reduce((sum, { tokens }) => sum + tokens.length, 0));
      for (const sequence of sequences) {
        const lengths = new Set(Object.values(sequence).map((array) => array.length));
        expect(lengths.size).toBe(1);
      }
    }),
  );
});

test('a cut shortens all arrays alike', () => {
  const [sequence] = mergeCalls([aCall([1, 2], [3, 4])]).sequences;
  if (sequence === undefined) throw new Error('no sequence');
  expect(cutSequence(sequence, 3)).toMatchObject({ tokens: [1, 2, 3], lossMask: [0, 0, 1] });
  expect(cutSequence(sequence, 4)).toBe(sequence);
});
