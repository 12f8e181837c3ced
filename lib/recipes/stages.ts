import { isList, isMap } from './config-view';

type Plain = Readonly<Record<string, unknown>>;

/** A part of a run with data and settings of its own. */
export type StageSpan = {
  readonly name: string;
  /** Steps from … up to, not including, … */
  readonly from: number;
  readonly to: number;
};

/** The stages of a configuration, in order; none where it has no `stages`, or one of them has no number of steps. */
export function stageSpans(config: unknown): readonly StageSpan[] {
  const stages = stagesOf(config);
  let from = 0;
  const spans = stages.flatMap(({ name, steps }, index) => {
    if (typeof steps !== 'number') return [];
    const span = { name: typeof name === 'string' ? name : `stage ${index + 1}`, from, to: from + steps };
    from = span.to;
    return [span];
  });
  return spans.length === stages.length ? spans : [];
}

/** The configuration of each stage: what a stage names takes the place of what the recipe says. */
export function stageConfigs(config: unknown): readonly Plain[] {
  if (!isMap(config)) return [];
  const common = Object.fromEntries(Object.entries(config).filter(([key]) => key !== 'stages'));
  return stagesOf(config).map(({ data, overrides }) =>
    merge(merge(common, isMap(data) ? { data } : {}), isMap(overrides) ? overrides : {}),
  );
}

/** The configuration of the stage that a step belongs to; of a step after the last stage, of that. */
export function configAtStep(config: unknown, step: number): unknown {
  const index = stageSpans(config).findIndex(({ to }) => step < to);
  return stageConfigs(config).at(index) ?? config;
}

function stagesOf(config: unknown): readonly Plain[] {
  const stages = isMap(config) ? config['stages'] : undefined;
  return isList(stages) ? stages.filter(isMap) : [];
}

/** Maps are merged, lists and values replaced, as layers are. */
function merge(base: Plain, changes: Plain): Plain {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(changes)) {
    const old = merged[key];
    merged[key] = isMap(old) && isMap(value) ? merge(old, value) : value;
  }
  return merged;
}
