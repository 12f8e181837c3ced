'use client';

import { DownloadIcon } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { Card, CardHeader, CardTitle } from '@/components/ui/card';
import { saveFile } from '@/components/ui/save-file';
import { useUrlQuery } from '@/components/ui/use-url-query';
import { CompareView as View } from '@/lib/api-client/run-urls';
import { metricInfo } from '@/lib/domain/metric-info';
import type { RunId } from '@/lib/domain/run';
import { comparabilityOf, isStructural } from '@/lib/insight/compare/comparability';
import { groupRuns, type RunGroup } from '@/lib/insight/compare/group-runs';
import { diffConfigs } from '@/lib/insight/config-diff';
import { REWARD_KEYS } from '@/lib/insight/overview-panels';
import { AxisPicker } from './axis-picker';
import type { ComparedRun } from './compared-run';
import { ConfigDifferences } from './config-differences';
import { CopyLink } from './copy-link';
import { GroupPicker } from './group-picker';
import { MetricPicker } from './metric-picker';
import { OverlayChart } from './overlay-chart';
import { overlayLines } from './overlay-lines';
import { SMALL_METRICS } from './overlay-metrics';
import { RunPicker } from './run-picker';
import { SideBySide } from './side-by-side';
import { SmoothingPicker } from './smoothing-picker';
import { summaryCsv } from './summary-csv';
import { SummaryTable } from './summary-table';
import { useComparedRuns } from './use-compared-runs';
import { usePromptScores } from './use-prompt-scores';
import { sidesOf, VerdictCard } from './verdict-card';

type Change = (change: Readonly<Record<string, string | number | null>>) => void;

/** Runs side by side: a verdict, what differs, curves over each other, and answers to the same prompts. */
export function CompareView(props: {
  ids: readonly RunId[];
  configs: readonly unknown[];
  missing: readonly number[];
}) {
  const [view, setView] = useUrlQuery(View);
  const { compared, heldOut } = useComparedRuns(props.ids, props.configs, view);
  const groups = groupRuns(
    compared.map(({ run, config }) => ({ ...run, config })),
    view.by,
  );
  const info =
    view.metric === '' ? { ...metricInfo('rollout/reward_mean'), title: 'Reward' } : metricInfo(view.metric);
  return (
    <div className="flex flex-col gap-3 p-4">
      <Head ids={props.ids} compared={compared} view={view} onChange={setView} />
      <Missing ids={props.missing} />
      {compared.length < 2 ? null : <Verdicts compared={compared} view={view} onChange={setView} />}
      <div className="grid grid-cols-1 items-start gap-3 xl:grid-cols-[minmax(0,1fr)_37rem]">
        <div className="flex min-w-0 flex-col gap-3">
          <Card className="min-w-0">
            <OverlayChart
              lines={overlayLines(compared, groups, {
                keys: view.metric === '' ? REWARD_KEYS : [view.metric],
                axis: view.axis,
              })}
              info={info}
              comparability={compared.length < 2 ? null : comparabilityOf(info, settingsOf(compared))}
              view={view}
              height={320}
              onChange={setView}
            />
          </Card>
          <SmallCharts compared={compared} groups={groups} view={view} onChange={setView} />
        </div>
        <div className="flex min-w-0 flex-col gap-3">
          <Card className="min-w-0">
            <CardHeader className="pb-1">
              <CardTitle>{info.title}, means of nine steps</CardTitle>
              <Button
                size="sm"
                variant="ghost"
                onClick={() => {
                  const titles = { metric: info.title, heldOut: metricInfo(heldOut).title };
                  const csv = new Blob([summaryCsv(compared, titles)], { type: 'text/csv' });
                  saveFile('galley-runs.csv', csv);
                }}
              >
                <DownloadIcon /> CSV
              </Button>
            </CardHeader>
            <SummaryTable runs={compared} heldOut={metricInfo(heldOut).title} unit={info.unit} view={view} />
          </Card>
          <ConfigDifferences
            runs={compared}
            ignored={view.ignore}
            onIgnore={(ignored) => setView({ ignore: ignored.join(',') })}
          />
        </div>
      </div>
    </div>
  );
}

function Head(props: {
  ids: readonly RunId[];
  compared: readonly ComparedRun[];
  view: View;
  onChange: Change;
}) {
  const { ids, view, onChange } = props;
  return (
    <div className="flex flex-wrap items-center gap-2">
      <h1 className="mr-2 text-xl font-semibold">
        Compare {ids.length} {ids.length === 1 ? 'run' : 'runs'}
      </h1>
      <RunPicker chosen={ids} view={view} />
      <GroupPicker
        runs={props.compared}
        by={view.by}
        // the sides are groups: other groups, other sides
        onChange={(by) => onChange({ by, a: null, b: null })}
      />
      <MetricPicker id={ids[0] ?? null} metric={view.metric} onChange={(metric) => onChange({ metric })} />
      <AxisPicker axis={view.axis} onChange={(axis) => onChange({ axis, from: null, to: null })} />
      <SmoothingPicker smooth={view.smooth} onChange={(smooth) => onChange({ smooth })} />
      <CopyLink />
    </div>
  );
}

function Missing({ ids }: { ids: readonly number[] }) {
  if (ids.length === 0) return null;
  return (
    <p className="text-warning">
      There is no run {ids.join(', ')}; {ids.length === 1 ? 'it was' : 'they were'} left out.
    </p>
  );
}

/** Rehearsals teach a small model for a few steps: who is better is not asked of them, unless somebody does. */
function Verdicts(props: { compared: readonly ComparedRun[]; view: View; onChange: Change }) {
  const { view, onChange } = props;
  const real = props.compared.filter(({ run }) => run.rehearsal === null);
  const left = props.compared.length - real.length;
  const compared = view.rehearsals === 'judged' ? props.compared : real;
  const groups = groupRuns(
    compared.map(({ run, config }) => ({ ...run, config })),
    view.by,
  );
  return (
    <>
      {left === 0 ? null : (
        <p className="text-muted">
          {left === 1 ? 'One of them is a rehearsal' : `${left} of them are rehearsals`}
          {view.rehearsals === 'judged'
            ? ', and counts for the verdict. '
            : ': left out of the verdict, since a stand-in model says nothing of the real one. '}
          <Button
            variant="link"
            size="inline"
            onClick={() => onChange({ rehearsals: view.rehearsals === 'judged' ? null : 'judged' })}
          >
            {view.rehearsals === 'judged' ? 'Leave rehearsals out' : 'Judge them too'}
          </Button>
        </p>
      )}
      {compared.length < 2 ? null : (
        <Judged compared={compared} groups={groups} view={view} onChange={onChange} />
      )}
    </>
  );
}

/** What is said of two sides: the verdict, and their answers. */
function Judged(props: {
  compared: readonly ComparedRun[];
  groups: readonly RunGroup[];
  view: View;
  onChange: Change;
}) {
  const { compared, groups, view, onChange } = props;
  const [a, b] = sidesOf(groups, view);
  const judged = compared.filter(({ run }) => [a, b].some((side) => side?.runs.includes(run.id)));
  const heldOut = usePromptScores(judged);
  if (a === undefined || b === undefined) {
    return (
      <p className="text-muted">All runs are in one group: group them by something in which they differ.</p>
    );
  }
  const basis = metricInfo(
    view.basis === 'held-out' ? 'val/reward_mean' : view.metric || 'rollout/reward_mean',
  );
  return (
    <>
      <VerdictCard
        judged={judged}
        heldOut={heldOut}
        groups={groups}
        sides={[a, b]}
        info={basis}
        comparability={comparabilityOf(basis, settingsOf(judged))}
        structural={structuralDifferences(judged)}
        basis={view.basis}
        onChange={onChange}
      />
      <SideBySide
        compared={judged}
        sides={[a, b]}
        heldOut={heldOut}
        prompt={view.prompt}
        onChange={onChange}
      />
    </>
  );
}

function SmallCharts(props: {
  compared: readonly ComparedRun[];
  groups: readonly RunGroup[];
  view: View;
  onChange: Change;
}) {
  const { compared, groups, view } = props;
  const charts = SMALL_METRICS.flatMap(({ id, keys }) => {
    const key = keys.find((name) => compared.some(({ series }) => series([name]) !== null));
    return key === undefined || key === view.metric ? [] : [{ id, key, keys }];
  });
  return (
    <div className="grid grid-cols-1 gap-3 md:grid-cols-2">
      {charts.map(({ id, key, keys }) => (
        <Card key={id} className="min-w-0">
          <OverlayChart
            lines={overlayLines(compared, groups, { keys, axis: view.axis })}
            info={metricInfo(key)}
            comparability={
              compared.length < 2 ? null : comparabilityOf(metricInfo(key), settingsOf(compared))
            }
            view={view}
            height={150}
            onChange={props.onChange}
          />
        </Card>
      ))}
    </div>
  );
}

function settingsOf(compared: readonly ComparedRun[]) {
  return compared.map(({ run, config }) => ({ recipe: run.recipe, backend: run.backend, config }));
}

function structuralDifferences(compared: readonly ComparedRun[]): readonly string[] {
  const { differences } = diffConfigs(compared.map(({ config }) => config));
  return differences
    .filter(({ path }) => isStructural(path))
    .map(
      ({ path, values }) => `${path} ${[...new Set(values.map((value) => value ?? 'not set'))].join(' / ')}`,
    );
}
