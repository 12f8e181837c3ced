import type { ReactNode } from 'react';
import type { KeyFacts } from '@/lib/recipes/schema/catalogue';
import { appliesText, defaultText, readersText } from '@/lib/recipes/schema/key-words';

/** What is known of one key. */
export function KeyDetails({ facts }: { facts: KeyFacts }) {
  const rows: readonly (readonly [string, ReactNode])[] = [
    ['Type', [facts.type, facts.range].filter((part) => part !== null).join(', ')],
    ['Unit', facts.unit],
    ['Default', code(defaultText(facts))],
    [facts.isOpen ? 'Usual values' : 'Allowed', codes(facts.allowed)],
    ['Examples', codes(facts.examples)],
    ['Read by', readersText(facts)],
    ['Applies to', appliesText(facts)],
    ['Now called', code(facts.renamedTo)],
    ['No effect while', facts.noEffect.length === 0 ? null : facts.noEffect.join('; ')],
  ];
  return (
    <div>
      <p>
        {facts.meaning}
        {facts.isGalleys ? <span className="text-muted"> Galley’s own key.</span> : null}
      </p>
      <dl className="mt-2 grid grid-cols-[max-content_minmax(0,1fr)] gap-x-4 gap-y-1">
        {rows.map(([name, value]) =>
          value === null || value === '' ? null : (
            <div key={name} className="contents">
              <dt className="text-muted">{name}</dt>
              <dd className="break-words">{value}</dd>
            </div>
          ),
        )}
      </dl>
    </div>
  );
}

function code(text: string | null): ReactNode {
  return text === null || text === '' ? null : <code className="font-mono text-sm break-all">{text}</code>;
}

function codes(texts: readonly string[]): ReactNode {
  if (texts.length === 0) return null;
  return (
    <ul className="flex flex-wrap gap-x-3">
      {texts.map((text) => (
        <li key={text}>{code(text)}</li>
      ))}
    </ul>
  );
}
