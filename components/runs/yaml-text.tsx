import type { ReactNode } from 'react';

const KEY = /^(\s*(?:- )*)([^\s#'"][^:#]*)(:)(?=\s|$)(.*)$/;

/** YAML for reading: line numbers, keys set off. Text only; nothing in it is interpreted. */
export function YamlText({ text }: { text: string }) {
  const lines = text.replace(/\n$/, '').split('\n');
  return (
    <div
      className="overflow-x-auto rounded-card border bg-panel py-2 font-mono text-sm"
      role="region"
      aria-label="Text"
      tabIndex={0}
    >
      <table>
        <tbody>
          {lines.map((line, index) => (
            <tr key={index}>
              <td className="w-12 pr-4 pl-3 text-right text-muted select-none">{index + 1}</td>
              <td className="pr-4 whitespace-pre">{coloured(line)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function coloured(line: string): ReactNode {
  if (/^\s*#/.test(line)) return <span className="text-muted">{line}</span>;
  const [, indent, key, colon, rest] = KEY.exec(line) ?? [];
  if (key === undefined) return line;
  return (
    <>
      {indent}
      <span className="text-(--code-key)">{key}</span>
      {colon}
      {rest}
    </>
  );
}
