'use client';

import { memo, type ReactNode, useState } from 'react';
import { Group, Panel, Separator } from 'react-resizable-panels';
import { FittedTabsList } from '@/components/ui/fitted-tabs-list';
import { Tabs, TabsContent } from '@/components/ui/tabs';
import { useStable } from '@/components/ui/use-stable';
import type { Diagnostic, SourceRange } from '@/lib/recipes/diagnostic';
import { isSameData } from '@/lib/shared/same-data';
import { ChecksPane } from './checks-pane';
import { DocsPane } from './docs-pane';
import { MarkdownView } from './markdown-view';
import { ResolvedView } from './resolved-view';
import type { LivePreview } from './use-preview';

/** In the order in which they give way where there is no room: the last ones go to the menu first. */
const TABS = [
  { value: 'resolved', label: 'Resolved' },
  { value: 'diff', label: 'Diff' },
  { value: 'docs', label: 'Docs' },
  { value: 'data', label: 'Data' },
  { value: 'evaluator', label: 'Evaluator' },
  { value: 'history', label: 'History' },
  { value: 'environment', label: 'Environment' },
  { value: 'readme', label: 'README' },
] as const;
export type InspectorTab = (typeof TABS)[number]['value'];

export type InspectorProps = {
  readonly preview: LivePreview | undefined;
  readonly hasVariant: boolean;
  readonly readme: string | null;
  readonly onJump: (range: SourceRange) => void;
  readonly onFix: (diagnostic: Diagnostic) => void;
  /** The pane that tries the evaluator; null without a variant. */
  readonly evaluator: ReactNode;
  /** Of the key under the cursor; null when the cursor is at none. */
  readonly configPath?: string | null;
  /** The pane of the variant's data files. */
  readonly data: ReactNode;
  readonly diff: ReactNode;
  readonly history: ReactNode;
  readonly tab: InspectorTab;
  readonly onTab: (tab: InspectorTab) => void;
  /** The pane of the variant's script and variables. */
  readonly environment: ReactNode;
};

/** What the text in the editor comes to: the resolved configuration, its problems, and what the recipe says of itself. */
export function Inspector(props: InspectorProps) {
  const {
    hasVariant,
    readme,
    evaluator,
    data,
    environment,
    diff,
    history,
    tab,
    onTab,
    configPath = null,
  } = props;
  const missing: readonly InspectorTab[] = [
    ...(hasVariant ? [] : (['environment'] as const)),
    ...(evaluator === null ? (['evaluator'] as const) : []),
  ];
  const tabs = TABS.filter(({ value }) => !missing.includes(value));
  const chooseTab = useStable(onTab);
  const [wasTried, setWasTried] = useState(false);
  if (tab === 'evaluator' && !wasTried) setWasTried(true);
  return (
    <Tabs
      value={tab}
      onValueChange={(value) => {
        const chosen = TABS.find((one) => one.value === value);
        if (chosen !== undefined) onTab(chosen.value);
      }}
      className="flex h-full min-h-0 flex-col bg-panel"
    >
      <InspectorTabs tabs={tabs} tab={tab} onTab={chooseTab} />
      <TabsContent value="resolved" className="min-h-0 flex-1">
        <ResolvedPanel {...props} />
      </TabsContent>
      <TabsContent value="data" className="min-h-0 flex-1 overflow-auto">
        {data}
      </TabsContent>
      <TabsContent value="environment" className="min-h-0 flex-1 overflow-auto">
        {environment}
      </TabsContent>
      {wasTried ? (
        // stays mounted: what was typed into it outlives a look at another tab
        <TabsContent value="evaluator" forceMount className="min-h-0 flex-1 data-[state=inactive]:hidden">
          {evaluator}
        </TabsContent>
      ) : null}
      <TabsContent value="docs" className="min-h-0 flex-1">
        <DocsPane path={configPath} />
      </TabsContent>
      <TabsContent value="diff" className="min-h-0 flex-1">
        {diff}
      </TabsContent>
      <TabsContent value="history" className="min-h-0 flex-1">
        {history}
      </TabsContent>
      <TabsContent value="readme" className="min-h-0 flex-1 overflow-auto">
        {readme === null ? (
          <p className="p-4 text-muted">
            This recipe has no README.md. One is shown here, and on the list of recipes.
          </p>
        ) : (
          <MarkdownView text={readme} />
        )}
      </TabsContent>
    </Tabs>
  );
}

const InspectorTabs = memo(function InspectorTabs(props: {
  tabs: readonly (typeof TABS)[number][];
  tab: InspectorTab;
  onTab: (tab: InspectorTab) => void;
}) {
  return (
    <FittedTabsList
      tabs={props.tabs}
      chosen={props.tab}
      onChoose={props.onTab}
      label="About this recipe"
      menuLabel="More panes"
    />
  );
}, isSameData);

/** Before the first answer. One object, so that what shows it is not drawn anew. */
const NOTHING = {
  rows: null,
  lastRows: null,
  lastTexts: {},
  diagnostics: [],
  passed: [],
  milliseconds: null,
  texts: {},
} as const;

function ResolvedPanel({ preview, hasVariant, ...actions }: InspectorProps) {
  const onJump = useStable(actions.onJump);
  const onFix = useStable(actions.onFix);
  if (!hasVariant) {
    return (
      <p className="p-4 text-muted">
        No file here can be launched by itself. A variant is a layer with a list of defaults, such as
        embedded.yaml.
      </p>
    );
  }
  const { rows, lastRows, lastTexts, ...checked } = preview ?? NOTHING;
  return (
    <Group orientation="vertical" className="h-full">
      <Panel id="values" minSize={120}>
        <ResolvedView
          rows={rows ?? lastRows}
          isStale={rows === null && lastRows !== null}
          files={lastTexts}
          onJump={onJump}
        />
      </Panel>
      <Separator aria-label="Height of the checks" className="h-px bg-line hover:bg-accent" />
      <Panel id="problems" defaultSize="26%" minSize={33}>
        <ChecksPane
          diagnostics={checked.diagnostics}
          passed={checked.passed}
          milliseconds={checked.milliseconds}
          files={checked.texts}
          onJump={onJump}
          onFix={onFix}
        />
      </Panel>
    </Group>
  );
}
