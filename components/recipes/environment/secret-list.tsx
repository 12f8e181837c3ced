'use client';

import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { toast } from 'sonner';
import { Button } from '@/components/ui/button';
import { callAction } from '@/components/ui/call-action';
import { cn } from '@/components/ui/cn';
import { Input } from '@/components/ui/input';
import type { SecretActions } from './secret-actions';
import { StoreSecret } from './store-secret';

export type SecretFacts = {
  readonly name: string;
  /** `process`: given by the environment in which Galley was started; it goes before what is stored. */
  readonly state: 'stored' | 'process' | 'not-set';
  /** Layers and scripts that read it. */
  readonly usedIn: readonly string[];
};

const STATES = {
  stored: { text: 'set', tone: 'text-ok' },
  process: { text: 'set by the environment of Galley', tone: 'text-ok' },
  'not-set': { text: 'not set', tone: 'text-error' },
} as const;

/** Every secret that recipes read or that is stored; values go in and never come out. */
export function SecretList({
  secrets,
  folder,
  actions,
}: {
  secrets: readonly SecretFacts[];
  folder: string;
  actions: SecretActions;
}) {
  const router = useRouter();
  async function store(name: string, value: string): Promise<boolean> {
    const outcome = await callAction(actions.store, { name, value, isNew: false });
    if (outcome.ok) toast.success(`${name} is stored.`);
    else toast.error(outcome.error.message, { duration: 10_000 });
    router.refresh();
    return outcome.ok;
  }
  async function unset(name: string): Promise<void> {
    const outcome = await callAction(actions.unset, { name });
    if (outcome.ok) toast.success(`${name} is removed.`);
    else toast.error(outcome.error.message, { duration: 10_000 });
    router.refresh();
  }
  return (
    <main className="mx-auto flex w-full max-w-3xl flex-col gap-4 p-4">
      <header>
        <h1 className="text-lg font-semibold">Secrets</h1>
        <p className="text-muted">
          Kept in <span className="font-mono break-all">{folder}</span>, readable by you alone. Recipes name
          them as <span className="font-mono">{'${oc.env:NAME}'}</span>; what is stored is never shown.
        </p>
      </header>
      {secrets.length === 0 ? (
        <p className="text-muted">No recipe reads a secret, and none is stored.</p>
      ) : (
        <ul className="rounded-card border bg-panel">
          {secrets.map((secret) => (
            <Secret key={secret.name} secret={secret} onStore={store} onUnset={unset} />
          ))}
        </ul>
      )}
      <NewSecret onStore={store} />
    </main>
  );
}

function Secret(props: {
  secret: SecretFacts;
  onStore: (name: string, value: string) => Promise<boolean>;
  onUnset: (name: string) => Promise<void>;
}) {
  const { name, state, usedIn } = props.secret;
  const { text, tone } = STATES[state];
  return (
    <li aria-label={name} className="flex flex-col gap-1.5 border-b p-3 last:border-b-0">
      <div className="flex flex-wrap items-baseline gap-x-3">
        <span className="font-mono font-medium break-all">{name}</span>
        <span className={cn('text-sm', tone)}>{text}</span>
        {state === 'stored' ? (
          <Button
            variant="link"
            size="inline"
            className="ml-auto text-sm"
            onClick={() => void props.onUnset(name)}
          >
            Unset
          </Button>
        ) : null}
      </div>
      <p className="text-sm break-words text-muted">
        {usedIn.length === 0 ? 'No layer or script reads it.' : `Read by ${usedIn.join(', ')}`}
      </p>
      {state === 'process' ? null : (
        <StoreSecret name={name} verb={state === 'stored' ? 'Replace' : 'Store it'} onStore={props.onStore} />
      )}
    </li>
  );
}

function NewSecret({ onStore }: { onStore: (name: string, value: string) => Promise<boolean> }) {
  const [name, setName] = useState('');
  return (
    <section aria-label="Another secret" className="flex flex-col gap-2">
      <h2 className="font-semibold">Another secret</h2>
      <Input
        aria-label="Name of the secret"
        placeholder="OPENAI_API_KEY"
        className="font-mono"
        value={name}
        onChange={(event) => setName(event.target.value.trim())}
      />
      {name === '' ? null : <StoreSecret key={name} name={name} onStore={onStore} />}
    </section>
  );
}
