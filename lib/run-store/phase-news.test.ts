import { expect, it } from 'vitest';
import { createPhaseNews } from './phase-news';

it('announces a phase that lasts', () => {
  const news = createPhaseNews('preparing', 0);
  news.see('warm_start', 1000);
  expect(news.due(1100)).toBeUndefined();
  expect(news.due(1300)).toBe('warm_start');
  news.told('warm_start', 1300);
  expect(news.due(9000)).toBeUndefined();
});

it('does not flood with phases of fast steps, nor leave an old one standing', () => {
  const news = createPhaseNews('warm_start', 0);
  let told = 0;
  for (let time = 0; time < 10_000; time += 50) {
    news.see(time % 100 === 0 ? 'rollout' : 'train', time);
    const phase = news.due(time);
    if (phase === undefined) continue;
    told += 1;
    news.told(phase, time);
  }
  expect(told).toBeGreaterThanOrEqual(1);
  expect(told).toBeLessThanOrEqual(5);
});
