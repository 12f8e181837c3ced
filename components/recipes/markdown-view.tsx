import type { ReactNode } from 'react';
import { cn } from '@/components/ui/cn';
import { type MarkdownBlock, parseMarkdown } from './parse-markdown';

/** A README as elements: nothing in it becomes HTML by itself, since a recipe may come from anywhere. */
export function MarkdownView({ text, className }: { text: string; className?: string }) {
  return (
    <div className={cn('flex flex-col gap-3 overflow-auto p-4 leading-6', className)}>
      {parseMarkdown(text).map((block, index) => (
        <Block key={`${index} ${block.kind}`} block={block} />
      ))}
    </div>
  );
}

const HEADINGS = ['text-xl font-semibold', 'text-lg font-semibold', 'text-base font-semibold'];

function Block({ block }: { block: MarkdownBlock }): ReactNode {
  switch (block.kind) {
    case 'heading':
      return (
        <p role="heading" aria-level={block.level + 1} className={HEADINGS[Math.min(block.level, 3) - 1]}>
          {inline(block.text)}
        </p>
      );
    case 'paragraph':
      return <p>{inline(block.text)}</p>;
    case 'code':
      return (
        <pre className="overflow-x-auto rounded-button border bg-sunken p-2.5 font-mono text-sm leading-5">
          {block.text}
        </pre>
      );
    case 'list':
      return (
        <ul className={cn('flex flex-col gap-1 pl-5', block.isOrdered ? 'list-decimal' : 'list-disc')}>
          {block.items.map((item) => (
            <li key={item}>{inline(item)}</li>
          ))}
        </ul>
      );
    case 'table':
      return (
        <div className="overflow-x-auto" role="region" aria-label="Table" tabIndex={0}>
          <table className="border-collapse text-sm">
            <thead>
              <tr>
                {block.head.map((cell) => (
                  <th key={cell} scope="col" className="border-b px-2 py-1 text-left font-medium text-muted">
                    {inline(cell)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {block.rows.map((row) => (
                <tr key={row.join('|')} className="border-b last:border-b-0">
                  {row.map((cell, column) => (
                    <td key={block.head[column] ?? column} className="px-2 py-1">
                      {inline(cell)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      );
  }
}

const INLINE = /(`[^`]+`|\*\*[^*]+\*\*|\*[^*\s][^*]*\*|!?\[[^\]]*\]\([^)\s]+\))/;

function inline(text: string): ReactNode {
  return text.split(INLINE).map((piece, index) => <Inline key={`${index} ${piece}`} piece={piece} />);
}

function Inline({ piece }: { piece: string }): ReactNode {
  if (/^`.+`$/.test(piece)) {
    return (
      <code className="rounded-chip bg-sunken px-1 font-mono text-sm [overflow-wrap:anywhere]">
        {piece.slice(1, -1)}
      </code>
    );
  }
  if (/^\*\*.+\*\*$/.test(piece)) return <strong className="font-semibold">{piece.slice(2, -2)}</strong>;
  if (/^\*.+\*$/.test(piece)) return <em>{piece.slice(1, -1)}</em>;
  const link = /^(!?)\[([^\]]*)\]\(([^)\s]+)\)$/.exec(piece);
  if (link === null) return piece;
  const [, image, label = '', target = ''] = link;
  if (image === '!' || !/^https?:\/\//.test(target)) return label;
  return (
    <a
      href={target}
      rel="noreferrer noopener"
      target="_blank"
      className="text-accent underline-offset-2 hover:underline"
    >
      {label}
    </a>
  );
}
