'use client';

import { useState } from 'react';
import { callAction } from '@/components/ui/call-action';
import { Button } from '@/components/ui/button';
import { Input } from '@/components/ui/input';
import { Kbd } from '@/components/ui/kbd';
import { Segments } from '@/components/ui/segments';
import { Sheet, SheetContent, SheetDescription, SheetTitle } from '@/components/ui/sheet';
import { SubstitutionList } from '@/components/ui/substitution-list';
import type { PreflightAnswer } from '@/lib/api-client/preflight';
import { CheckList } from './check-list';
import { LaunchEnvironment } from './environment/launch-environment';
import type { PlanFact } from './plan-facts';
import type { StudioActions } from './studio-actions';
import { type MakeChecks, useLaunchChecks } from './use-launch-checks';

export type LaunchSheetProps = {
  readonly recipe: string;
  readonly entry: string;
  /** As people call it: "embedded", "self-hosted". */
  readonly backend: string;
  readonly facts: readonly PlanFact[];
  readonly overrides: readonly string[];
  readonly dirty: readonly string[];
  readonly actions: Pick<StudioActions, 'launch'>;
  readonly makeChecks: MakeChecks;
  readonly onSave: () => Promise<boolean>;
  readonly onShowKey: (path: string) => void;
  readonly onLaunched: (run: number) => void;
  readonly onClose: () => void;
};

type Mode = 'launch' | 'rehearse';
const MODES = [
  { value: 'launch', title: 'Launch' },
  { value: 'rehearse', title: 'Rehearse' },
] as const;
const MODE_WORDS: Readonly<Record<Mode, string>> = {
  launch: 'On the services that the variant names.',
  rehearse:
    'The embedded service stands in, over the protocol of the variant’s own services, with a small plan. No key or address of yours is used.',
};

/** The plan and its checks, and one button that says what it does. Everything shown is of the files as saved. */
export function LaunchSheet(props: LaunchSheetProps) {
  const { entry, overrides, dirty, backend } = props;
  const [idempotencyKey] = useState(() => crypto.randomUUID());
  const [name, setName] = useState('');
  const [isLaunching, setIsLaunching] = useState(false);
  const [mode, setMode] = useState<Mode>('launch');
  const request = { entry, overrides, idempotencyKey, ...(mode === 'launch' ? {} : { rehearsal: {} }) };
  const plan = { ...request, ...(name.trim() === '' ? {} : { name: name.trim() }) };

  const isSaved = dirty.length === 0;
  const { checks, preflight, refusal, refuse, again } = useLaunchChecks(
    props.makeChecks,
    isSaved ? request : null,
  );

  async function launch(): Promise<void> {
    if (preflight?.ok !== true || isLaunching) return;
    setIsLaunching(true);
    const outcome = await callAction(props.actions.launch, plan);
    if (outcome.ok) {
      props.onLaunched(outcome.value.id);
      return;
    }
    refuse(outcome.error.message);
    setIsLaunching(false);
  }

  return (
    <Sheet
      open
      onOpenChange={(isOpen) => {
        if (!isOpen) props.onClose();
      }}
    >
      <SheetContent
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void launch();
        }}
      >
        <header className="shrink-0 border-b px-4 py-3 pr-14">
          <SheetTitle>Launch {entry.replace(/\.ya?ml$/, '')}</SheetTitle>
          <SheetDescription>
            The run starts in a process of its own and goes on when this page is closed.
          </SheetDescription>
        </header>
        <div className="grid min-h-0 flex-1 content-start gap-x-6 gap-y-5 overflow-auto p-4 sm:grid-cols-[minmax(0,2fr)_minmax(0,3fr)]">
          <Plan {...props} mode={mode} onMode={setMode} preflight={preflight} name={name} onName={setName} />
          <section aria-label="Checks">
            <div className="mb-2 flex items-baseline gap-3">
              <h3 className="font-semibold">Checks</h3>
              {preflight === null && refusal === null ? null : (
                <Button variant="link" size="inline" onClick={again}>
                  Check again
                </Button>
              )}
            </div>
            {isSaved ? (
              <CheckList checks={checks} refusal={refusal} onShowKey={props.onShowKey} />
            ) : (
              <Unsaved dirty={dirty} onSave={props.onSave} />
            )}
          </section>
        </div>
        <footer className="flex shrink-0 flex-wrap items-center gap-3 border-t px-4 py-3">
          <Button
            variant="primary"
            disabled={preflight?.ok !== true || isLaunching}
            onClick={() => void launch()}
          >
            {isLaunching ? 'Launching…' : mode === 'launch' ? `Launch on ${backend}` : 'Rehearse here'}
          </Button>
          <Verdict isSaved={isSaved} preflight={preflight} refusal={refusal} />
          <Kbd className="ml-auto max-sm:hidden">⌘↵ or Ctrl+↵</Kbd>
        </footer>
      </SheetContent>
    </Sheet>
  );
}

function Plan(
  props: LaunchSheetProps & {
    mode: Mode;
    onMode: (mode: Mode) => void;
    preflight: PreflightAnswer | null;
    name: string;
    onName: (name: string) => void;
  },
) {
  const environment = props.preflight?.environment;
  return (
    <section aria-label="Plan" className="min-w-0">
      <h3 className="mb-2 font-semibold">Plan</h3>
      <Segments label="What is started" value={props.mode} options={MODES} onChange={props.onMode} />
      <p className="my-2 text-sm text-muted">{MODE_WORDS[props.mode]}</p>
      <label className="block">
        <span className="text-sm text-muted">Name</span>
        <Input
          value={props.name}
          maxLength={120}
          placeholder={`${props.recipe} · ${props.backend}`}
          onChange={(event) => props.onName(event.target.value)}
        />
      </label>
      <dl className="mt-3 grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1">
        {props.facts.map(({ name, value }) => (
          <div key={name} className="contents">
            <dt className="text-muted">{name}</dt>
            <dd className="truncate" title={value}>
              {value}
            </dd>
          </div>
        ))}
      </dl>
      {props.mode === 'rehearse' ? <Substituted preflight={props.preflight} /> : null}
      {props.mode === 'launch' && environment !== undefined ? (
        <LaunchEnvironment environment={environment} />
      ) : null}
      <p className="mt-3 text-sm text-muted">Overrides</p>
      {props.overrides.length === 0 ? (
        <p>none</p>
      ) : (
        <ul className="font-mono text-sm">
          {props.overrides.map((override) => (
            <li key={override} className="break-all">
              {override}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Substituted({ preflight }: { preflight: PreflightAnswer | null }) {
  const substitutions = preflight?.rehearsal?.substitutions ?? [];
  if (substitutions.length === 0) return null;
  return (
    <details className="mt-3">
      <summary className="cursor-pointer">{substitutions.length} keys have other values</summary>
      <SubstitutionList substitutions={substitutions} />
    </details>
  );
}

function Unsaved({ dirty, onSave }: { dirty: readonly string[]; onSave: () => Promise<boolean> }) {
  const what = dirty.length === 1 ? '1 file is' : `${dirty.length} files are`;
  return (
    <div className="rounded-card border border-warning/40 bg-warning/5 p-3">
      <p>{what} not saved. A run uses what is on disk.</p>
      <ul className="my-2 font-mono text-sm">
        {dirty.map((path) => (
          <li key={path}>{path}</li>
        ))}
      </ul>
      <Button size="sm" onClick={() => void onSave()}>
        Save {dirty.length === 1 ? 'it' : 'them'} and check
      </Button>
    </div>
  );
}

function Verdict(props: { isSaved: boolean; preflight: PreflightAnswer | null; refusal: string | null }) {
  const { preflight } = props;
  if (!props.isSaved) return <span className="text-muted">Save first.</span>;
  if (props.refusal !== null) return <span className="text-error">Not launched.</span>;
  if (preflight === null) return <span className="text-muted">Checking…</span>;
  const failed = preflight.checks.filter(({ status }) => status === 'failed').length;
  if (failed === 0) return <PassedVerdict preflight={preflight} />;
  return (
    <span className="text-error">
      {failed} of {preflight.checks.length} checks failed: mend {failed === 1 ? 'it' : 'them'} first.
    </span>
  );
}

function PassedVerdict({ preflight }: { preflight: PreflightAnswer }) {
  const { length } = preflight.checks;
  const warnings = preflight.checks.filter(({ status }) => status === 'warning').length;
  if (warnings === 0) return <span className="text-ok">All {length} checks passed.</span>;
  return (
    <span className="text-warning">
      {length - warnings} of {length} checks passed, {warnings} with a warning.
    </span>
  );
}
