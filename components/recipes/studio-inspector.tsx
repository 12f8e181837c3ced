'use client';

import { useStable } from '@/components/ui/use-stable';
import type { Diagnostic, SourceRange } from '@/lib/recipes/diagnostic';
import { DataPane } from './data/data-pane';
import { type AskedVariable, EnvironmentPane } from './environment/environment-pane';
import type { EvaluatorActions } from './evaluator/evaluator-actions';
import { EvaluatorPane, type EvaluatorPaneProps } from './evaluator/evaluator-pane';
import { Inspector, type InspectorProps } from './inspector';
import { currentText, dirtyPaths, splitOverrides } from './studio-state';
import type { StudioEnvironment } from './use-environment';
import type { LivePreview } from './use-preview';
import type { Studio } from './use-studio';

export type StudioInspectorProps = Pick<InspectorProps, 'diff' | 'history' | 'tab' | 'onTab'> & {
  readonly studio: Studio;
  readonly recipe: string;
  /** Of the variant in view; undefined when there is none. */
  readonly entry: string | undefined;
  readonly preview: LivePreview | undefined;
  readonly configPath: string | null;
  readonly evaluatorActions: EvaluatorActions;
  readonly environment: StudioEnvironment;
  readonly onJump: (range: SourceRange) => void;
  readonly onShowKey: (path: string) => void;
  readonly onFix: (diagnostic: Diagnostic) => void;
  /** A variable whose value is asked for; a new object asks again. */
  readonly asked: AskedVariable | null;
};

/** The right pane, bound to what is open in the studio. */
export function StudioInspector(props: StudioInspectorProps) {
  const { studio, recipe, entry, preview } = props;
  const { environment, onFix } = props;
  return (
    <Inspector
      preview={preview}
      hasVariant={studio.state.variant !== null}
      readme={readmeOf(studio, recipe)}
      configPath={props.configPath}
      onJump={props.onJump}
      onFix={onFix}
      diff={props.diff}
      history={props.history}
      tab={props.tab}
      onTab={props.onTab}
      data={
        <DataPane
          plan={preview?.dataPlan ?? null}
          recipe={recipe}
          onShowKey={props.onShowKey}
          onFix={onFix}
        />
      }
      environment={
        <EnvironmentPane
          environment={preview?.environment ?? null}
          asked={props.asked}
          previewValues={environment.previewValues}
          onPreviewValue={environment.setPreviewValue}
          onStore={environment.store}
          onJump={props.onJump}
        />
      }
      evaluator={
        entry === undefined ? null : (
          <EvaluatorTab key={entry} studio={studio} entry={entry} actions={props.evaluatorActions} />
        )
      }
    />
  );
}

type EvaluatorPlace = Parameters<EvaluatorPaneProps['onPlace']>[0];

function EvaluatorTab(props: { studio: Studio; entry: string; actions: EvaluatorActions }) {
  const { studio, entry, actions } = props;
  const dirty = dirtyPaths(studio.state);
  const save = useStable(() => studio.save(dirty));
  const open = useStable(({ file, line }: EvaluatorPlace) => studio.open(file, { line }));
  return (
    <EvaluatorPane
      recipe={entry.split('/', 1).join('')}
      entry={entry}
      overrides={splitOverrides(studio.state.overrides)}
      actions={actions}
      unsaved={dirty.length}
      onSave={save}
      onPlace={open}
    />
  );
}

function readmeOf(studio: Studio, recipe: string): string | null {
  const file = studio.state.files[`${recipe}/README.md`];
  return file === undefined ? null : currentText(file);
}
