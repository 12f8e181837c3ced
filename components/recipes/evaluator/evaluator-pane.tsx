'use client';

import { memo } from 'react';
import { Button } from '@/components/ui/button';
import { Input } from '@/components/ui/input';
import { Select } from '@/components/ui/select';
import type { Trial } from '@/lib/launch/trial/trial';
import { isSameData } from '@/lib/shared/same-data';
import { CaseList } from './case-list';
import type { EvaluatorActions } from './evaluator-actions';
import { TrialResult } from './trial-result';
import { type RowSource, type TrialState, useTrial } from './use-trial';

export type EvaluatorPaneProps = {
  readonly recipe: string;
  /** The variant in view. */
  readonly entry: string;
  readonly overrides: readonly string[];
  readonly actions: EvaluatorActions;
  /** The evaluator runs as saved: what is typed and not saved has no part in it. */
  readonly unsaved: number;
  readonly onSave: () => Promise<boolean>;
  readonly onPlace: (place: NonNullable<Trial['place']>) => void;
};

/**
 * The recipe's evaluator on one row of the data and one answer, before any run. Its functions have to be the same from
 * one drawing to the next.
 */
export const EvaluatorPane = memo(function EvaluatorPane(props: EvaluatorPaneProps) {
  const { recipe, entry, overrides, actions, unsaved } = props;
  const trial = useTrial(actions, { entry, overrides });
  const { input } = trial;
  async function run(): Promise<void> {
    if (input === null || (unsaved > 0 && !(await props.onSave()))) return;
    trial.run(input);
  }
  return (
    <div className="h-full overflow-auto">
      <form
        aria-label="Evaluator"
        className="grid gap-3 p-3"
        onSubmit={(event) => {
          event.preventDefault();
          void run();
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
          event.preventDefault();
          event.stopPropagation();
          void run();
        }}
      >
        <RowPicker trial={trial} />
        <label className="grid gap-1">
          <span className="text-sm text-muted">Row, as the evaluator gets it</span>
          <textarea
            className="min-h-28 rounded-button border border-line-strong bg-panel p-2 font-mono text-sm"
            rows={6}
            spellCheck={false}
            value={trial.rowText}
            aria-invalid={trial.problem !== null}
            onChange={(event) => trial.change({ row: event.target.value })}
          />
        </label>
        {trial.problem === null ? null : (
          <p role="alert" className="break-words text-error">
            {trial.problem}
          </p>
        )}
        <label className="grid gap-1">
          <span className="text-sm text-muted">Answer of the model</span>
          <textarea
            className="rounded-button border border-line-strong bg-panel p-2 font-mono text-sm"
            rows={3}
            spellCheck={false}
            value={trial.answer}
            onChange={(event) => trial.change({ answer: event.target.value })}
          />
        </label>
        <div className="flex flex-wrap items-center gap-3">
          <label className="flex items-center gap-1.5 text-sm">
            <input
              type="checkbox"
              checked={trial.form.isTruncated}
              onChange={(event) => trial.change({ isTruncated: event.target.checked })}
            />
            cut off by the length limit
          </label>
          <Button
            type="submit"
            variant="primary"
            className="ml-auto"
            disabled={input === null || trial.isRunning}
          >
            {trial.isRunning ? 'Running…' : unsaved > 0 ? 'Save and run' : 'Run evaluator'}
          </Button>
        </div>
      </form>
      <div className="grid gap-3 px-3 pb-4">
        {trial.refusal === null ? null : (
          <p role="alert" className="break-words whitespace-pre-wrap text-error">
            {trial.refusal}
          </p>
        )}
        {trial.outcome === null || trial.refusal !== null ? null : (
          <TrialResult trial={trial.outcome.trial} onPlace={props.onPlace} />
        )}
        <CaseList
          recipe={recipe}
          entry={entry}
          actions={actions}
          outcome={trial.refusal === null ? trial.outcome : null}
          onOpen={({ data, target }) =>
            trial.change({
              row: JSON.stringify(data, null, 2),
              answer: target.finalAnswer,
              isTruncated: target.isTruncated,
            })
          }
        />
      </div>
    </div>
  );
}, isSameData);

function RowPicker({ trial }: { trial: TrialState }) {
  const { form, change, loaded } = trial;
  const show = (from: RowSource, index: number) => change({ from, index, row: null, answer: null });
  const last = loaded === null ? 0 : loaded.count - 1;
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Select
        aria-label="Data"
        value={form.from}
        onChange={(event) => show(event.target.value === 'validation' ? 'validation' : 'training', 0)}
      >
        <option value="training">Training data</option>
        <option value="validation">Validation data</option>
      </Select>
      <span className="text-sm text-muted">row</span>
      <Input
        aria-label="Row"
        type="number"
        min={0}
        max={last}
        className="w-20"
        value={form.index}
        onChange={(event) => show(form.from, Math.min(last, Math.max(0, event.target.valueAsNumber || 0)))}
      />
      <span className="text-sm text-muted">
        {loaded === null ? '' : `of ${loaded.count.toLocaleString('en')}`}
      </span>
      {form.row === null && form.answer === null ? null : (
        <Button variant="ghost" size="sm" onClick={() => show(form.from, form.index)}>
          As in the data
        </Button>
      )}
    </div>
  );
}
