'use client';

import Link from 'next/link';
import { useEffect, useRef } from 'react';
import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/cn';
import { Input } from '@/components/ui/input';
import type { SourceRange } from '@/lib/recipes/diagnostic';
import type { VariableState, VariantEnvironment } from '@/lib/recipes/environment/compose-variant';
import { StoreSecret } from './store-secret';

export type AskedVariable = { readonly name: string };

export type EnvironmentPaneProps = {
  /** Of the variant in view; null until it has been composed. */
  readonly environment: VariantEnvironment | null;
  /** A variable whose value is asked for: its field gets the focus. A new object asks again. */
  readonly asked: AskedVariable | null;
  readonly previewValues: Readonly<Record<string, string>>;
  readonly onPreviewValue: (name: string, value: string) => void;
  readonly onStore: (name: string, value: string) => Promise<boolean>;
  readonly onJump: (range: SourceRange) => void;
};

/** Where a variant's environment comes from, and what it still lacks. */
export function EnvironmentPane({ environment, asked, ...actions }: EnvironmentPaneProps) {
  const list = useRef<HTMLUListElement>(null);
  // Outside system: the focus.
  useEffect(() => {
    if (asked === null) return;
    list.current?.querySelector<HTMLElement>(`[data-variable="${asked.name}"] input`)?.focus();
  }, [asked]);
  if (environment === null) return <p className="p-4 text-muted">Nothing has been composed yet.</p>;
  const { variables } = environment;
  const lacking = variables.filter(({ state }) => state === 'missing').length;
  return (
    <section aria-label="Environment" className="flex flex-col gap-4 p-3">
      <Script environment={environment} onJump={actions.onJump} />
      <div>
        <h3 className="font-semibold">
          Variables{' '}
          <span className={cn('font-normal', lacking === 0 ? 'text-muted' : 'text-error')}>
            {variables.length === 0 ? 'none are read' : lacking === 0 ? 'all given' : `${lacking} not set`}
          </span>
        </h3>
        <ul ref={list} className="mt-1 flex flex-col">
          {variables.map((variable) => (
            <Variable key={variable.name} variable={variable} {...actions} />
          ))}
        </ul>
        <p className="mt-2 text-sm text-muted">
          Values for the preview end with this page, and a launch does not use them.{' '}
          <Link href="/secrets" className="text-accent underline-offset-2 hover:underline">
            All secrets
          </Link>
        </p>
      </div>
    </section>
  );
}

function Script(props: { environment: VariantEnvironment; onJump: (range: SourceRange) => void }) {
  const { script, sets, placeholders } = props.environment;
  if (script === null) {
    return (
      <p className="text-muted">
        No script prepares the environment of this variant. One beside it, named like the variant and ending
        in .env.sh, would run at each launch.
      </p>
    );
  }
  return (
    <div className="break-words">
      <Button
        variant="link"
        size="inline"
        className="max-w-full font-mono whitespace-normal"
        onClick={() => props.onJump({ file: script, start: 0, end: 0 })}
      >
        {script}
      </Button>
      <p className="text-muted">
        Runs in bash at each launch.{' '}
        {sets.length === 0 ? 'It sets nothing that a look at it shows.' : `It sets ${sets.join(', ')}.`}
      </p>
      {placeholders.length === 0 ? null : (
        <p className="mt-1 text-error">
          To be filled in before a launch:{' '}
          {placeholders.map(({ name, start, end }) => (
            <Button
              key={start}
              variant="link"
              size="inline"
              className="mr-2 font-mono text-sm"
              onClick={() => props.onJump({ file: script, start, end })}
            >
              {name ?? 'a path'}
            </Button>
          ))}
        </p>
      )}
    </div>
  );
}

const STATES = {
  set: { text: 'set', tone: 'text-muted' },
  secret: { text: 'set, secret', tone: 'text-muted' },
  preview: { text: 'set for the preview only', tone: 'text-warning' },
  pending: { text: 'known once the script has run', tone: 'text-muted' },
  missing: { text: 'not set', tone: 'text-error' },
} as const;

function Variable({
  variable: { name, state, isSecret },
  previewValues,
  onPreviewValue,
  onStore,
}: Omit<EnvironmentPaneProps, 'environment' | 'asked'> & { variable: VariableState }) {
  const { text, tone } = STATES[state];
  const isOpen = state === 'missing' || state === 'pending' || state === 'preview';
  return (
    <li data-variable={name} className="flex flex-col gap-1 border-b border-line py-1.5 last:border-b-0">
      <div className="flex flex-wrap items-baseline gap-x-2">
        <span className="font-mono break-all">{name}</span>
        <span className={cn('ml-auto text-sm', tone)}>{text}</span>
      </div>
      {isOpen && isSecret ? <StoreSecret name={name} onStore={onStore} /> : null}
      {isOpen && !isSecret ? (
        <Input
          aria-label={`Value of ${name} for the preview only`}
          placeholder="Set for the preview only"
          value={previewValues[name] ?? ''}
          onChange={(event) => onPreviewValue(name, event.target.value)}
        />
      ) : null}
    </li>
  );
}
