import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseMarkdown } from './parse-markdown';

test('headings, paragraphs, lists, code and tables are told apart', () => {
  const text = `# Title

First line
second line.

- one
  goes on
- two

| Seed | Reward |
|---|--:|
| 1 | 0.9 |

\`\`\`bash
npm start

# not a heading
\`\`\`
1. first`;
  expect(parseMarkdown(text)).toEqual([
    { kind: 'heading', level: 1, text: 'Title' },
    { kind: 'paragraph', text: 'First line second line.' },
    { kind: 'list', isOrdered: false, items: ['one goes on', 'two'] },
    { kind: 'table', head: ['Seed', 'Reward'], rows: [['1', '0.9']] },
    { kind: 'code', text: 'npm start\n\n# not a heading' },
    { kind: 'list', isOrdered: true, items: ['first'] },
  ]);
});

test('any text ends, and no word of a paragraph is lost', () => {
  const line = fc.stringMatching(/^[#|`\-*+ \d.a-z]{0,12}$/);
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
      expect(Array.isArray(parseMarkdown(lines.join('\n')))).toBe(true);
    }),
  );
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1, maxLength: 6 }), (words) => {
      expect(parseMarkdown(words.join('\n'))).toEqual([{ kind: 'paragraph', text: words.join(' ') }]);
    }),
  );
});
