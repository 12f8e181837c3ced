'use client';

import { PlayIcon, SaveIcon } from 'lucide-react';
import { memo } from 'react';
import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/cn';
import { Kbd } from '@/components/ui/kbd';
import { isSameData } from '@/lib/shared/same-data';
import { LayerChip } from './layer-chip';
import { layerOf, variantTitle } from './layer-of';
import { StateMark } from './state-mark';
import type { VariantState } from './variant-state';

export type StudioToolbarProps = {
  readonly title: string;
  readonly variants: readonly { readonly name: string; readonly state: VariantState | undefined }[];
  readonly variant: string | null;
  readonly backend: string | null;
  readonly overrides: string;
  readonly dirtyCount: number;
  readonly isSaving: boolean;
  readonly isFormatting: boolean;
  readonly onFormatting: (isOn: boolean) => void;
  readonly onVariant: (variant: string) => void;
  readonly onOverrides: (text: string) => void;
  readonly onSave: () => void;
  readonly onLaunch: () => void;
};

/** Its functions have to be the same from one drawing to the next: it is drawn anew only when it says something else. */
export const StudioToolbar = memo(function StudioToolbar(props: StudioToolbarProps) {
  const { dirtyCount, variant, onSave } = props;
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-x-4 gap-y-2 border-b bg-panel px-3 py-2 sm:px-4">
      <h1 className="text-lg font-semibold max-sm:sr-only">{props.title}</h1>
      <VariantChoice {...props} />
      <label className="flex h-8 min-w-48 flex-1 items-center gap-2 rounded-button border px-2.5 has-[input:focus]:border-line-strong">
        <span className="text-sm text-muted">Overrides</span>
        <input
          value={props.overrides}
          onChange={(event) => props.onOverrides(event.target.value)}
          placeholder="data.seed=7 +trainer.note=first"
          spellCheck={false}
          autoComplete="off"
          className="h-full min-w-0 flex-1 bg-transparent font-mono text-sm placeholder:text-muted/70"
        />
      </label>
      <div className="flex items-center gap-2">
        <label
          className="flex cursor-pointer items-center gap-1.5 text-sm text-muted"
          title="Even indentation and spacing; comments, order and quotes stay"
        >
          <input
            type="checkbox"
            checked={props.isFormatting}
            onChange={(event) => props.onFormatting(event.target.checked)}
            className="size-3.5 accent-accent"
          />
          Format on save
        </label>
        <Button
          disabled={dirtyCount === 0 || props.isSaving}
          onClick={onSave}
          aria-keyshortcuts="Control+S Meta+S"
          title="Ctrl+S saves; Ctrl+Shift+S asks for a message of the version first"
        >
          <SaveIcon aria-hidden />
          {props.isSaving ? 'Saving…' : dirtyCount > 1 ? `Save ${dirtyCount} files` : 'Save'}
        </Button>
        <Button
          variant="primary"
          disabled={variant === null}
          onClick={props.onLaunch}
          aria-keyshortcuts="Control+Enter Meta+Enter"
        >
          <PlayIcon aria-hidden />
          {variant === null ? 'Nothing to launch' : `Launch on ${props.backend ?? variantTitle(variant)}…`}
        </Button>
        <Kbd className="max-xl:hidden" aria-hidden>
          ⌘↵
        </Kbd>
      </div>
    </div>
  );
}, isSameData);

function VariantChoice({ variants, variant, onVariant }: StudioToolbarProps) {
  if (variants.length === 0)
    return <p className="text-muted">No variant: these layers are for other recipes.</p>;
  return (
    <div
      role="radiogroup"
      aria-label="Variant"
      className="flex max-w-full overflow-x-auto rounded-button border"
    >
      {variants.map(({ name, state }) => {
        const isChosen = name === variant;
        return (
          <label
            key={name}
            className={cn(
              'relative flex h-7.5 cursor-pointer items-center gap-1.5 border-r px-2 whitespace-nowrap last:border-r-0 has-[input:focus-visible]:outline-2 has-[input:focus-visible]:-outline-offset-2 has-[input:focus-visible]:outline-accent',
              isChosen ? 'bg-selected font-semibold' : 'text-muted hover:bg-hover hover:text-ink',
            )}
          >
            <input
              type="radio"
              name="variant"
              value={name}
              checked={isChosen}
              onChange={() => onVariant(name)}
              className="absolute inset-0 cursor-pointer appearance-none outline-none"
            />
            <LayerChip {...layerOf(name)} label={variantTitle(name)} />
            {variantTitle(name)}
            {state === undefined ? <span className="w-2" /> : <StateMark state={state} />}
          </label>
        );
      })}
    </div>
  );
}
