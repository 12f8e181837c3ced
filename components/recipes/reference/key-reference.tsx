'use client';

import { useState } from 'react';
import { EmptyState } from '@/components/ui/empty-state';
import { Input } from '@/components/ui/input';
import { keyFacts } from '@/lib/recipes/schema/catalogue';
import { matchesSearch, sectionOf } from '@/lib/recipes/schema/key-words';
import { KeyDetails } from './key-details';

/** Every key that a recipe may have, by section. */
export function KeyReference() {
  const [search, setSearch] = useState('');
  const found = keyFacts().filter((facts) => matchesSearch(facts, search));
  const sections = [...new Set(found.map(({ path }) => sectionOf(path)))];
  return (
    <main className="mx-auto w-full max-w-4xl px-4 py-6">
      <h1 className="text-xl font-semibold">Keys of a recipe</h1>
      <p className="mt-1 text-muted">
        Everything that a layer may say, and which part reads it. <code className="font-mono text-sm">*</code>{' '}
        stands for a name of your choice.
      </p>
      <div className="sticky top-11 z-10 -mx-1 bg-ground px-1 py-3">
        <Input
          type="search"
          aria-label="Search the keys"
          placeholder={`Search ${keyFacts().length} keys`}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
      </div>
      {found.length === 0 ? <EmptyState title="No key matches">Try a part of its name.</EmptyState> : null}
      {sections.map((section) => (
        <section key={section} aria-label={section} className="mb-8">
          <h2 className="mb-2 border-b pb-1 font-mono text-lg font-semibold">{section}</h2>
          {found
            .filter(({ path }) => sectionOf(path) === section)
            .map((facts) => (
              <article key={facts.path} id={facts.path} className="scroll-mt-28 py-3">
                <h3 className="font-mono font-semibold break-all">
                  <a href={`#${facts.path}`} className="hover:underline">
                    {facts.path}
                  </a>
                </h3>
                <KeyDetails facts={facts} />
              </article>
            ))}
        </section>
      ))}
    </main>
  );
}
