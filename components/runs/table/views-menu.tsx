'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { BookmarkIcon, XIcon } from 'lucide-react';
import { useState } from 'react';
import { toast } from 'sonner';
import { Button } from '@/components/ui/button';
import { callAction } from '@/components/ui/call-action';
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu';
import { NameDialog, type NameQuestion } from '@/components/ui/name-dialog';
import { RunsView } from '@/lib/api-client/run-urls';
import { runViewsQuery } from '@/lib/api-client/runs';
import type { RunTableActions } from './table-actions';

/** Searches, orders, columns and groups under a name, for everybody who uses this Galley. */
export function ViewsMenu({
  actions,
  onChange,
}: {
  actions: Pick<RunTableActions, 'saveView' | 'removeView'>;
  onChange: (change: Readonly<Record<string, string | null>>) => void;
}) {
  const client = useQueryClient();
  const { data: views = [] } = useQuery(runViewsQuery());
  const [question, setQuestion] = useState<NameQuestion | null>(null);
  const refresh = () => client.invalidateQueries({ queryKey: runViewsQuery().queryKey });
  const save: NameQuestion = {
    title: 'Save this view',
    about:
      'The search, the order, the columns and the groups, under a name. A view of the same name is replaced.',
    initial: '',
    action: 'Save',
    isProse: true,
    submit: async (name) => {
      const query = window.location.search.slice(1);
      const outcome = await callAction(actions.saveView, { name, query });
      await refresh();
      return outcome.ok ? null : outcome.error.message;
    },
  };
  return (
    <>
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <Button>
            <BookmarkIcon aria-hidden />
            Views
          </Button>
        </DropdownMenuTrigger>
        <DropdownMenuContent>
          <DropdownMenuItem onSelect={() => onChange(cleared())}>All runs, newest first</DropdownMenuItem>
          {views.map(({ name, query }) => (
            <div key={name} className="flex items-center">
              <DropdownMenuItem className="flex-1" onSelect={() => onChange(changeTo(query))}>
                {name}
              </DropdownMenuItem>
              <DropdownMenuItem
                aria-label={`Remove the view ${name}`}
                onSelect={() =>
                  void callAction(actions.removeView, name).then((outcome) => {
                    if (!outcome.ok) toast.error(outcome.error.message);
                    return refresh();
                  })
                }
              >
                <XIcon aria-hidden />
              </DropdownMenuItem>
            </div>
          ))}
          <DropdownMenuItem onSelect={() => setQuestion(save)}>Save this view …</DropdownMenuItem>
        </DropdownMenuContent>
      </DropdownMenu>
      {question === null ? null : <NameDialog question={question} onClose={() => setQuestion(null)} />}
    </>
  );
}

const NAMES = Object.keys(RunsView.shape);

function cleared(): Readonly<Record<string, string | null>> {
  return Object.fromEntries(NAMES.map((name) => [name, null]));
}

/** What the address had when the view was saved; all else goes back to how it begins. */
function changeTo(query: string): Readonly<Record<string, string | null>> {
  const saved = new URLSearchParams(query);
  return Object.fromEntries(NAMES.map((name) => [name, saved.get(name)]));
}
