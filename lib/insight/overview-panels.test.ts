import { expect, test } from 'vitest';
import { METRICS } from '@/lib/domain/metric-catalogue';
import { OVERVIEW_PANELS } from './overview-panels';
import { seriesOfPanel } from './series-of-panel';

const names = new Set(METRICS.map(({ name }) => name));

test('every panel draws something that a run of the embedded backend writes', () => {
  const empty = OVERVIEW_PANELS.filter((panel) => seriesOfPanel(panel, (key) => names.has(key)).length === 0);
  expect(empty.map(({ id }) => id)).toEqual([]);
});

test('of several names for one idea the first that is there is drawn', () => {
  const [reward] = OVERVIEW_PANELS;
  expect(reward && seriesOfPanel(reward, (key) => key.startsWith('critic/'))).toEqual([
    { name: 'train', color: 'self-hosted', key: 'critic/score/mean' },
  ]);
});
