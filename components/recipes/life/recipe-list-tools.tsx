'use client';

import { MoreHorizontalIcon } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useRef, useState } from 'react';
import { toast } from 'sonner';
import { Button } from '@/components/ui/button';
import { callAction } from '@/components/ui/call-action';
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu';
import { MAX_ZIP_BYTES } from '@/lib/shared/recipe-zip-limits';
import { moveDrafts } from '../draft-storage';
import { recipeHref } from '@/lib/api-client/recipe-urls';
import { DeletedDialog } from './deleted-dialog';
import type { RecipeListActions } from './life-actions';
import { NameDialog, type NameQuestion } from '@/components/ui/name-dialog';
import { NewRecipeDialog } from './new-recipe-dialog';
import { undoToast } from './undo-toast';

/** Above the list of recipes: new, import, deleted lately. */
export function RecipeListTools({ actions }: { actions: RecipeListActions }) {
  const router = useRouter();
  const picker = useRef<HTMLInputElement>(null);
  const [dialog, setDialog] = useState<'new' | 'deleted' | null>(null);
  const [question, setQuestion] = useState<NameQuestion | null>(null);

  async function importZip(zip: File, name: string | null): Promise<string | null> {
    if (zip.size > MAX_ZIP_BYTES) {
      toast.error(tooLarge(zip), { duration: 15_000 });
      return null;
    }
    const form = new FormData();
    form.set('zip', zip);
    if (name !== null) form.set('name', name);
    const outcome = await callAction(actions.importZip, form);
    if (!outcome.ok && isAboutName(outcome.error.code) && name === null) {
      setQuestion({
        title: outcome.error.code === 'conflict' ? 'That name is taken' : 'The recipe needs a name',
        about: outcome.error.message,
        initial: `${zip.name.replace(/\.zip$/i, '').replaceAll(/[^\w.-]/g, '_')}_2`,
        action: 'Import',
        submit: (chosen) => importZip(zip, chosen),
      });
      return null;
    }
    if (!outcome.ok) {
      if (name === null) toast.error(outcome.error.message, { duration: 15_000 });
      return outcome.error.message;
    }
    const { leftOut } = outcome.value;
    toast.success(
      leftOut.length === 0
        ? `${outcome.value.name} was imported.`
        : `${outcome.value.name} was imported without ${leftOut.join(', ')}.`,
    );
    router.push(recipeHref(outcome.value.name));
    return null;
  }

  return (
    <div
      className="ml-auto flex flex-wrap gap-2"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        const [file] = event.dataTransfer.files;
        if (file !== undefined) void importZip(file, null);
      }}
    >
      <input
        ref={picker}
        type="file"
        accept=".zip,application/zip"
        aria-label="Zip of a recipe"
        className="sr-only"
        tabIndex={-1}
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          event.target.value = '';
          if (file !== undefined) void importZip(file, null);
        }}
      />
      <Button variant="ghost" onClick={() => setDialog('deleted')}>
        Deleted lately
      </Button>
      <Button title="Choose a zip, or drop one here" onClick={() => picker.current?.click()}>
        Import zip
      </Button>
      <Button variant="primary" onClick={() => setDialog('new')}>
        New recipe
      </Button>
      {dialog === 'new' ? (
        <NewRecipeDialog
          create={actions.create}
          onClose={() => setDialog(null)}
          onCreated={(name) => router.push(recipeHref(name))}
        />
      ) : null}
      {dialog === 'deleted' ? (
        <DeletedDialog
          within={null}
          restore={actions.restore}
          onClose={() => setDialog(null)}
          onRestored={() => router.refresh()}
        />
      ) : null}
      {question === null ? null : (
        <NameDialog key={question.title} question={question} onClose={() => setQuestion(null)} />
      )}
    </div>
  );
}

function tooLarge({ name, size }: File): string {
  const limit = MAX_ZIP_BYTES / 1024 / 1024;
  return `${name} has ${Math.ceil(size / 1024 / 1024)} MiB; Galley takes zips up to ${limit} MiB. Leave the data out and add them on the disk.`;
}

/** A zip that is bad in itself is `unprocessable`; another name would not help it. */
function isAboutName(code: string): boolean {
  return code === 'conflict' || code === 'invalid_input';
}

/** What can be done with one recipe of the list. */
export function RecipeMenu({ name, actions }: { name: string; actions: RecipeListActions }) {
  const router = useRouter();
  const [question, setQuestion] = useState<NameQuestion | null>(null);
  const ask = (words: Omit<NameQuestion, 'submit'>, run: RecipeListActions['rename']) =>
    setQuestion({
      ...words,
      submit: async (to) => {
        const outcome = await callAction(run, { from: name, to });
        router.refresh();
        return outcome.ok ? null : outcome.error.message;
      },
    });
  const rename: RecipeListActions['rename'] = async (move) => {
    const outcome = await actions.rename(move);
    if (outcome.ok) moveDrafts(localStorage, move.from, move.to);
    return outcome;
  };
  async function remove(): Promise<void> {
    const outcome = await callAction(actions.remove, { path: name });
    router.refresh();
    if (outcome.ok) undoToast(outcome.value, actions.restore, () => router.refresh());
    else toast.error(outcome.error.message);
  }
  return (
    <>
      <DropdownMenu>
        <DropdownMenuTrigger
          aria-label={`Actions for ${name}`}
          className="absolute top-3 right-3 z-1 grid size-7 place-items-center rounded-button text-muted hover:bg-hover hover:text-ink"
        >
          <MoreHorizontalIcon aria-hidden className="size-4" />
        </DropdownMenuTrigger>
        <DropdownMenuContent align="end">
          <DropdownMenuItem
            onSelect={() =>
              ask(
                {
                  title: `Duplicate ${name}`,
                  about: 'The name of the copy, which is also its folder.',
                  initial: `${name}_copy`,
                  action: 'Duplicate',
                },
                actions.duplicate,
              )
            }
          >
            Duplicate…
          </DropdownMenuItem>
          <DropdownMenuItem
            onSelect={() =>
              ask(
                {
                  title: `Rename ${name}`,
                  about:
                    'Its history goes with it. Runs keep the old name, and layers of other recipes that include it do not change by themselves.',
                  initial: name,
                  action: 'Rename',
                },
                rename,
              )
            }
          >
            Rename…
          </DropdownMenuItem>
          <DropdownMenuItem asChild>
            <a href={`/api/recipes/export?recipe=${encodeURIComponent(name)}`} download>
              Export as zip
            </a>
          </DropdownMenuItem>
          <DropdownMenuItem onSelect={() => void remove()}>Delete</DropdownMenuItem>
        </DropdownMenuContent>
      </DropdownMenu>
      {question === null ? null : (
        <NameDialog key={question.title} question={question} onClose={() => setQuestion(null)} />
      )}
    </>
  );
}
