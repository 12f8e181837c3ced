import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { openConnection } from './connection';
import { jsonRows, storableText } from './storable-text';

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.constantFrom('\uD800', '\uDC00', '\0', '\\', '\\u0000', '"', '\n', 'a', '😀'), {
      maxLength: 12,
    })
    .map((parts) => parts.join('')),
);

describe('text for the store', () => {
  it('comes back from json_each as it was, but for what no database holds', async () => {
    const connection = await openConnection(':memory:');
    onTestFinished(() => connection.close());
    await fc.assert(
      fc.asyncProperty(anyText, async (text) => {
        const [row] = await connection.query(
          z.tuple([z.string()]),
          `SELECT json_extract("value", '$[0]') FROM json_each(?)`,
          [jsonRows([[text]])],
        );
        expect(row?.[0]).toBe(storableText(text));
      }),
      { numRuns: 300 },
    );
  });

  it('leaves JSON inside JSON alone', () => {
    const body = JSON.stringify({ message: 'half \uD800 and \0' });
    expect(JSON.parse(jsonRows([[body]]))).toEqual([[body]]);
  });

  it('leaves good text as it is', () => {
    for (const text of ['', 'naïve 漢字 😀', 'a\\u0000']) expect(storableText(text)).toBe(text);
  });
});
