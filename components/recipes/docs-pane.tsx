'use client';

import Link from 'next/link';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Input } from '@/components/ui/input';
import { factsOf, type KeyFacts, keyFacts } from '@/lib/recipes/schema/catalogue';
import { matchesSearch, sectionOf } from '@/lib/recipes/schema/key-words';
import { KeyDetails } from './reference/key-details';

export type DocsPaneProps = {
  /** Config path under the cursor, e.g. `data.batch_size`; null when the cursor is at none. */
  readonly path: string | null;
};

/** What is known of the key under the cursor, or of one picked from all keys. */
export function DocsPane({ path }: DocsPaneProps) {
  const [search, setSearch] = useState('');
  // What was picked holds until the cursor moves to another key.
  const [picked, setPicked] = useState<{ readonly at: string | null; readonly path: string | null } | null>(
    null,
  );
  const shown = picked !== null && picked.at === path ? picked.path : path;
  const facts = shown === null ? null : factsOf(shown);
  const pick = (next: string | null) => setPicked({ at: path, path: next });
  return (
    <section aria-label="Docs" className="flex h-full min-h-0 flex-col">
      <div className="flex shrink-0 items-center gap-2 border-b p-2">
        <Input
          type="search"
          aria-label="Search the keys"
          placeholder="Search all keys"
          value={search}
          onChange={(event) => {
            setSearch(event.target.value);
            pick(null);
          }}
        />
        <Link
          href="/reference"
          className="px-1 whitespace-nowrap text-accent underline-offset-2 hover:underline"
        >
          All keys
        </Link>
      </div>
      <div className="min-h-0 flex-1 overflow-auto">
        {shown === null ? (
          <KeyList search={search} onPick={pick} />
        ) : (
          <div className="p-3">
            <Button variant="link" size="inline" onClick={() => pick(null)}>
              ← All keys
            </Button>
            <h3 className="mt-2 mb-1 font-mono font-semibold break-all">{facts?.path ?? shown}</h3>
            {facts === null ? (
              <p className="text-muted">Nothing is known to read this key.</p>
            ) : (
              <>
                <KeyDetails facts={facts} />
                <KeysBelow path={facts.path} onPick={pick} />
              </>
            )}
          </div>
        )}
      </div>
    </section>
  );
}

function KeyList({ search, onPick }: { search: string; onPick: (path: string) => void }) {
  const found = keyFacts().filter((facts) => matchesSearch(facts, search));
  const sections = [...new Set(found.map(({ path }) => sectionOf(path)))];
  if (found.length === 0) return <p className="p-3 text-muted">No key matches “{search}”.</p>;
  return sections.map((section) => (
    <details key={section} open={search !== ''} className="border-b">
      <summary className="cursor-pointer px-3 py-1.5 font-mono font-semibold">{section}</summary>
      <KeyLines facts={found.filter(({ path }) => sectionOf(path) === section)} onPick={onPick} />
    </details>
  ));
}

function KeysBelow({ path, onPick }: { path: string; onPick: (path: string) => void }) {
  const below = keyFacts().filter(
    (facts) =>
      facts.path.startsWith(`${path}.`) &&
      !facts.path
        .slice(path.length + 1)
        .replace(/^\*\./, '')
        .includes('.'),
  );
  if (below.length === 0) return null;
  return (
    <div className="-mx-3 mt-3 border-t pt-2">
      <KeyLines facts={below} onPick={onPick} />
    </div>
  );
}

function KeyLines({ facts, onPick }: { facts: readonly KeyFacts[]; onPick: (path: string) => void }) {
  return (
    <ul className="pb-1.5">
      {facts.map(({ path, meaning }) => (
        <li key={path}>
          <button
            type="button"
            onClick={() => onPick(path)}
            className="block w-full px-3 py-1 text-left hover:bg-hover focus-visible:-outline-offset-2"
          >
            <span className="font-mono text-sm break-all">{path}</span>
            <span className="block text-sm text-muted">{meaning}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
