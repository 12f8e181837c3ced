'use client';

import {
  Bar,
  BarChart,
  CartesianGrid,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  type TooltipContentProps,
  XAxis,
  YAxis,
} from 'recharts';
import type { TokenBarsModel } from '@/lib/charts/prepare-token-bars';

const TICK = { fontSize: 11, fill: 'var(--muted)' };

/** Draws prepared counts of prompts by length, with the limit as a line. */
export function TokenBars({ title, model }: { title: string; model: TokenBarsModel }) {
  const within = model.bars.map(({ isOver, count, ...bar }) => ({
    ...bar,
    within: isOver ? 0 : count,
    over: isOver ? count : 0,
  }));
  return (
    <figure aria-label={title}>
      <ResponsiveContainer width="100%" height={120}>
        <BarChart data={within} margin={{ top: 6, right: 8, bottom: 0, left: 0 }} barCategoryGap={1}>
          <CartesianGrid vertical={false} stroke="var(--line)" strokeOpacity={0.6} />
          <XAxis
            dataKey="label"
            tick={TICK}
            tickLine={false}
            axisLine={false}
            height={18}
            interval="preserveStartEnd"
            minTickGap={16}
          />
          <YAxis tick={TICK} tickLine={false} axisLine={false} width={46} allowDecimals={false} />
          <Tooltip
            isAnimationActive={false}
            cursor={{ fill: 'var(--hover)' }}
            content={(props: TooltipContentProps) => {
              const bar = model.bars.find(({ label }) => props.active && label === props.label);
              return bar === undefined ? null : (
                <p className="rounded-chip border bg-panel px-2 py-1 text-sm shadow-sm">
                  {bar.label} tokens: {bar.count.toLocaleString('en')} prompts
                </p>
              );
            }}
          />
          <Bar
            dataKey="within"
            stackId="prompts"
            fill="var(--series-self-hosted)"
            isAnimationActive={false}
          />
          <Bar dataKey="over" stackId="prompts" fill="var(--warning)" isAnimationActive={false} />
          {model.limitAt === null ? null : (
            <ReferenceLine
              x={model.limitAt}
              stroke="var(--error)"
              strokeDasharray="3 3"
              label={{ value: 'limit', position: 'insideTopRight', ...TICK }}
            />
          )}
        </BarChart>
      </ResponsiveContainer>
      <figcaption className="sr-only">{model.summary}</figcaption>
    </figure>
  );
}
