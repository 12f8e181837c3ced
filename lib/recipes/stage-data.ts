import { isList, isMap } from './config-view';

/**
 * A recipe whose stages all name their training files need not name any itself: it is read with those of its first
 * stage, so that whatever looks at one file of a recipe has one.
 */
export function withStageData(config: unknown): unknown {
  if (!isMap(config) || !isList(config['stages'])) return config;
  const data = isMap(config['data']) ? config['data'] : {};
  if (data['data_files'] !== undefined && data['data_files'] !== null) return config;
  const files = config['stages'].map(filesOf);
  const [first] = files;
  return first === undefined || files.includes(undefined)
    ? config
    : { ...config, data: { ...data, data_files: first } };
}

function filesOf(stage: unknown): unknown {
  const data = isMap(stage) ? stage['data'] : undefined;
  return isMap(data) ? (data['data_files'] ?? undefined) : undefined;
}
