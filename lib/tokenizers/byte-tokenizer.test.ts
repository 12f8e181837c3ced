import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byteTokenizer } from './byte-tokenizer';

test('any text survives encoding and decoding', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const tokens = byteTokenizer.encode(text);
      expect(byteTokenizer.decode(tokens)).toBe(text);
      expect(tokens.every((token) => token < byteTokenizer.vocabSize)).toBe(true);
    }),
  );
});

test('a special token is left out, or named where it stands', () => {
  const tokens = [...byteTokenizer.encode('é'), ...byteTokenizer.eosTokenIds, 0x61];
  expect(byteTokenizer.decode(tokens)).toBe('éa');
  expect(byteTokenizer.decode(tokens, { skipSpecialTokens: false })).toBe('é<end>a');
});

test('one message of a user is its text; a conversation names who speaks', () => {
  const asked = [{ role: 'user', content: '2+2=' }];
  expect(byteTokenizer.applyChatTemplate(asked, { addGenerationPrompt: true })).toBe('2+2=');
  const talk = [{ role: 'system', content: 'Add.' }, ...asked];
  expect(byteTokenizer.applyChatTemplate(talk, { addGenerationPrompt: true })).toBe(
    'system: Add.\nuser: 2+2=\nassistant: ',
  );
});

test('tools and calls of tools can be read in the text', () => {
  const messages = [
    { role: 'user', content: [{ type: 'text', text: 'Now?' }] },
    { role: 'assistant', content: null, tool_calls: [{ name: 'clock' }] },
  ];
  expect(
    byteTokenizer.applyChatTemplate(messages, { tools: [{ name: 'clock' }], addGenerationPrompt: false }),
  ).toBe('tools: [{"name":"clock"}]\nuser: Now?\nassistant:  calls: [{"name":"clock"}]\n');
});
