'use client';

import { useQuery } from '@tanstack/react-query';
import { Columns3Icon } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog, DialogContent, DialogDescription, DialogTitle } from '@/components/ui/dialog';
import { Input } from '@/components/ui/input';
import type { RunsView } from '@/lib/api-client/run-urls';
import { runColumnsQuery } from '@/lib/api-client/runs';

/** More names than this are found by typing. */
const SHOWN = 150;

/** Which metrics and which keys of the configuration stand beside each run. */
export function ColumnsDialog({
  view,
  onChange,
}: {
  view: RunsView;
  onChange: (change: Readonly<Record<string, string | null>>) => void;
}) {
  const [isOpen, setIsOpen] = useState(false);
  const [search, setSearch] = useState('');
  const { data } = useQuery({ ...runColumnsQuery(), enabled: isOpen });
  const names = [...view.columns, ...(data?.metrics ?? []), ...(data?.config ?? [])];
  const found = [...new Set(names)].filter((name) =>
    name.toLowerCase().includes(search.trim().toLowerCase()),
  );
  const toggle = (name: string) => {
    const columns = view.columns.includes(name)
      ? view.columns.filter((one) => one !== name)
      : [...view.columns, name];
    onChange({ columns: columns.join(',') });
  };
  return (
    <>
      <Button onClick={() => setIsOpen(true)}>
        <Columns3Icon aria-hidden />
        Columns{view.columns.length === 0 ? '' : ` (${view.columns.length})`}
      </Button>
      <Dialog open={isOpen} onOpenChange={setIsOpen}>
        <DialogContent>
          <DialogTitle className="pr-8">Columns</DialogTitle>
          <DialogDescription className="mt-1">
            The newest value of a metric, or a key of the configuration that a run was launched with.
          </DialogDescription>
          <Input
            type="search"
            autoFocus
            aria-label="Search columns"
            placeholder="Search metrics and keys"
            className="mt-3"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
          <ul className="mt-2 max-h-[44vh] overflow-auto" aria-label="Columns to choose from">
            {found.slice(0, SHOWN).map((name) => (
              <li key={name}>
                <label className="flex h-7 items-center gap-2 rounded-button px-1.5 hover:bg-hover">
                  <input
                    type="checkbox"
                    className="size-4 accent-accent"
                    checked={view.columns.includes(name)}
                    onChange={() => toggle(name)}
                  />
                  <span className="truncate font-mono text-sm">{name}</span>
                </label>
              </li>
            ))}
          </ul>
          <p className="mt-2 text-sm text-muted" aria-live="polite">
            {found.length > SHOWN
              ? `${SHOWN} of ${found.length} shown: type to find more`
              : `${found.length} found`}
          </p>
        </DialogContent>
      </Dialog>
    </>
  );
}
