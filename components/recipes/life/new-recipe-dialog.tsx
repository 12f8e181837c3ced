'use client';

import { type SyntheticEvent, useState } from 'react';
import { Button } from '@/components/ui/button';
import { callAction } from '@/components/ui/call-action';
import { Dialog, DialogContent, DialogDescription, DialogTitle } from '@/components/ui/dialog';
import { Input } from '@/components/ui/input';
import type { RecipeListActions } from './life-actions';
import { RecipeTemplate, TEMPLATE_WORDS } from './recipe-template';

/** A new recipe from a template. */
export function NewRecipeDialog(props: {
  create: RecipeListActions['create'];
  onClose: () => void;
  onCreated: (name: string) => void;
}) {
  const [name, setName] = useState('');
  const [template, setTemplate] = useState<RecipeTemplate>('single-turn');
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  async function submit(event: SyntheticEvent): Promise<void> {
    event.preventDefault();
    setIsBusy(true);
    const outcome = await callAction(props.create, { name: name.trim(), template });
    setIsBusy(false);
    if (outcome.ok) props.onCreated(name.trim());
    else setRefusal(outcome.error.message);
  }
  return (
    <Dialog open onOpenChange={props.onClose}>
      <DialogContent>
        <DialogTitle>New recipe</DialogTitle>
        <DialogDescription className="mt-1">
          A folder of layers with a small data set of sums, ready to run and to be replaced by yours.
        </DialogDescription>
        <form className="mt-3 flex flex-col gap-3" onSubmit={(event) => void submit(event)}>
          <Input
            autoFocus
            aria-label="Name of the recipe"
            placeholder="word_count"
            value={name}
            onChange={(event) => setName(event.target.value)}
            spellCheck={false}
            autoComplete="off"
            className="font-mono"
          />
          <div role="radiogroup" aria-label="Template" className="flex flex-col gap-2">
            {RecipeTemplate.options.map((option) => (
              <label
                key={option}
                className="flex cursor-pointer items-start gap-2 rounded-button border p-2.5 has-[input:checked]:border-accent has-[input:checked]:bg-selected"
              >
                <input
                  type="radio"
                  name="template"
                  className="mt-1"
                  checked={template === option}
                  onChange={() => setTemplate(option)}
                />
                <span>
                  <span className="font-medium">{TEMPLATE_WORDS[option].title}</span>
                  <span className="block text-sm text-muted">{TEMPLATE_WORDS[option].about}</span>
                </span>
              </label>
            ))}
          </div>
          {refusal === null ? null : (
            <p role="alert" className="text-error">
              {refusal}
            </p>
          )}
          <Button
            type="submit"
            variant="primary"
            disabled={isBusy || name.trim() === ''}
            className="self-end"
          >
            Create
          </Button>
        </form>
      </DialogContent>
    </Dialog>
  );
}
