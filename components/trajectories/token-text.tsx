'use client';

import { type KeyboardEvent, useState } from 'react';
import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/cn';
import { formatNumber } from '@/lib/charts/format-value';
import { visibleToken } from '@/lib/insight/visible-text';

/** A token this unlikely (e⁻³ ≈ 5 %) or less has the full colour. */
const FULL_NATS = 3;
/** Tokens drawn at first; a page of 30,000 would take seconds. */
const FIRST_TOKENS = 4000;

type Tokens = {
  readonly tokens: readonly number[];
  readonly texts: readonly string[];
  readonly logprobs: readonly number[];
};

/** The completion token by token: the stronger the colour, the less likely the sampler thought it. */
export function TokenText(props: Tokens) {
  const [active, setActive] = useState<number | null>(null);
  const [isWhole, setIsWhole] = useState(false);
  const count = props.texts.length;
  const shown = isWhole ? props.texts : props.texts.slice(0, FIRST_TOKENS);
  function onKeyDown(event: KeyboardEvent): void {
    const move = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (move === 0) return;
    event.preventDefault();
    setActive(Math.min(shown.length - 1, Math.max(0, (active ?? -move) + move)));
  }
  if (count === 0) return <p className="text-muted">No token was generated.</p>;
  return (
    <div className="rounded-button border bg-panel">
      <div
        role="group"
        aria-label="Tokens of the completion; arrow keys go from one to the next"
        tabIndex={0}
        dir="auto"
        className="px-3 py-2 font-mono text-sm leading-6 break-words whitespace-pre-wrap [font-variant-ligatures:none]"
        onKeyDown={onKeyDown}
        onMouseLeave={() => setActive(null)}
      >
        {shown.map((text, index) => (
          <span
            key={index}
            className={cn('rounded-[2px]', index === active && 'outline-2 outline-accent')}
            style={{ background: shade(props.logprobs[index] ?? null) }}
            onMouseEnter={() => setActive(index)}
          >
            {visibleToken(text)}
          </span>
        ))}
        {shown.length < count ? (
          <Button size="sm" className="ml-2" onClick={() => setIsWhole(true)}>
            Show all {count} tokens
          </Button>
        ) : null}
      </div>
      <div className="flex min-h-7 flex-wrap items-center gap-x-3 border-t px-3 py-1 text-xs text-muted">
        <span aria-live="polite">
          {active === null ? 'Point at a token to read it' : describe(props, active)}
        </span>
        <Legend />
      </div>
    </div>
  );
}

function describe({ tokens, texts, logprobs }: Tokens, index: number): string {
  const logprob = logprobs[index] ?? null;
  const chance = logprob === null ? '' : ` · ${formatNumber(100 * Math.exp(logprob))} % likely`;
  return `token ${index + 1} of ${texts.length} · “${visibleToken(texts[index] ?? '')}” · id ${tokens[index] ?? '—'} · ${formatNumber(logprob)} nats${chance}`;
}

function shade(logprob: number | null): string {
  if (logprob === null || Number.isNaN(logprob)) return 'transparent';
  const share = Math.min(1, -logprob / FULL_NATS);
  return `color-mix(in srgb, var(--accent) ${Math.round(share * 60)}%, transparent)`;
}

function Legend() {
  return (
    <span className="ml-auto flex items-center gap-1.5">
      certain
      <span
        aria-hidden
        className="h-2 w-20 rounded-full"
        style={{
          background: `linear-gradient(to right, ${shade(0)}, ${shade(-FULL_NATS)})`,
        }}
      />
      −{FULL_NATS} nats or less
    </span>
  );
}
