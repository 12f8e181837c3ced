'use client';

import { type DragEvent, useRef, useState } from 'react';
import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/cn';
import { type NewData, uploadData } from '@/lib/api-client/recipe-data';
import type { Diagnostic } from '@/lib/recipes/diagnostic';

type DataDropProps = {
  readonly recipe: string;
  /** The variant's file, which a new line goes into. */
  readonly entry: string | null;
  readonly onFix: (diagnostic: Diagnostic) => void;
  readonly onMade: () => void;
};

type State =
  | { readonly kind: 'idle' }
  | { readonly kind: 'sending'; readonly name: string; readonly share: number }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'made'; readonly made: NewData };

/** Turns JSONL and CSV into Parquet in the recipe's data folder, and says which line uses it. */
export function DataDrop(props: DataDropProps) {
  const [state, setState] = useState<State>({ kind: 'idle' });
  const [isOver, setIsOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);

  async function take(file: File | undefined): Promise<void> {
    if (file === undefined || state.kind === 'sending') return;
    setState({ kind: 'sending', name: file.name, share: 0 });
    try {
      const made = await uploadData(file, props.recipe, (share) =>
        setState({ kind: 'sending', name: file.name, share }),
      );
      setState({ kind: 'made', made });
      props.onMade();
    } catch (error) {
      setState({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
    }
  }
  function drop(event: DragEvent): void {
    event.preventDefault();
    setIsOver(false);
    void take(event.dataTransfer.files[0]);
  }
  return (
    <section
      aria-label="New data"
      className={cn(
        'flex flex-col gap-2 rounded-card border border-dashed p-3',
        isOver && 'border-accent bg-hover',
      )}
      onDragOver={(event) => {
        event.preventDefault();
        setIsOver(true);
      }}
      onDragLeave={() => setIsOver(false)}
      onDrop={drop}
    >
      <p>
        Drop a .jsonl or .csv file here; it becomes Parquet in {props.recipe}/data.{' '}
        <Button size="sm" disabled={state.kind === 'sending'} onClick={() => input.current?.click()}>
          Choose a file
        </Button>
      </p>
      <input
        ref={input}
        type="file"
        accept=".jsonl,.csv"
        aria-label="Data file to convert"
        className="sr-only"
        tabIndex={-1}
        onChange={(event) => {
          void take(event.target.files?.[0]);
          event.target.value = '';
        }}
      />
      <Outcome {...props} state={state} />
    </section>
  );
}

function Outcome({ state, entry, onFix }: DataDropProps & { state: State }) {
  switch (state.kind) {
    case 'idle':
      return null;
    case 'sending':
      return (
        <p role="status" className="text-muted">
          {state.name}:{' '}
          {state.share < 1
            ? `${Math.round(state.share * 100)} % sent`
            : 'converting, then comparing every row'}
        </p>
      );
    case 'failed':
      return (
        <p role="alert" className="break-words text-error">
          {state.message}
        </p>
      );
    case 'made':
      return <Made made={state.made} entry={entry} onFix={onFix} />;
  }
}

function Made({ made, entry, onFix }: Pick<DataDropProps, 'entry' | 'onFix'> & { made: NewData }) {
  const source = `["${made.named}"]`;
  function use(path: string): void {
    if (entry === null) return;
    const message = `Use ${made.named}`;
    const change = { kind: 'set', path, value: source, file: null, variant: entry } as const;
    const fix = { title: message, change };
    onFix({ code: 'use_new_data', severity: 'info', message, path, range: null, fix });
  }
  return (
    <div role="status" className="flex flex-col gap-2">
      <p className="text-ok">
        {made.named}: {made.rows.toLocaleString('en')} rows, columns{' '}
        {made.columns.map(({ name, type }) => `${name} (${type})`).join(', ')}.
      </p>
      <p>
        To train on it, put <code className="font-mono">data_files: {source}</code> under{' '}
        <code className="font-mono">data:</code>
        {entry === null ? '.' : ` in ${entry}.`}
      </p>
      {entry === null ? null : (
        <div className="flex flex-wrap gap-2">
          <Button size="sm" onClick={() => use('data.data_files')}>
            Train on it
          </Button>
          <Button size="sm" onClick={() => use('validate.data.data_files')}>
            Validate on it
          </Button>
        </div>
      )}
    </div>
  );
}
