'use client';

import { type KeyboardEvent, useState } from 'react';
import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/cn';
import { formatNumber } from '@/lib/charts/format-value';
import type { TokenColor } from '@/lib/api-client/run-urls';
import { visibleToken } from '@/lib/insight/visible-text';
import type { Tokens } from './tokens-of';

/** A token this unlikely (e⁻³ ≈ 5 %) or less has the full colour. */
const FULL_NATS = 3;
/** Tokens drawn at first; a page of 30,000 would take seconds. */
const FIRST_TOKENS = 4000;

type Overlay = Exclude<TokenColor, 'plain'>;

/** The completion token by token: how likely the sampler thought each, or whether it is trained on. */
export function TokenText(props: Tokens & { color: Overlay; isOneOfMany?: boolean }) {
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
    <div className="relative rounded-button border bg-panel">
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
            className={cn(
              'rounded-[2px]',
              props.color === 'mask' && maskClass(props.lossMask[index]),
              index === active && 'outline-2 outline-accent',
            )}
            {...(props.color === 'logprob'
              ? { style: { background: shade(props.logprobs[index] ?? null) } }
              : {})}
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
      {props.isOneOfMany === true ? (
        <p
          aria-live="polite"
          className={cn(
            'absolute top-full left-2 z-10 rounded-b-button border bg-panel px-2 py-1 text-xs text-muted shadow-sm',
            active === null && 'sr-only',
          )}
        >
          {active === null ? '' : describe(props, active)}
        </p>
      ) : (
        <div className="flex min-h-7 flex-wrap items-center gap-x-3 border-t px-3 py-1 text-xs text-muted">
          <span aria-live="polite">
            {active === null ? 'Point at a token to read it' : describe(props, active)}
          </span>
          <TokenLegend color={props.color} />
        </div>
      )}
    </div>
  );
}

function describe({ tokens, texts, logprobs, lossMask }: Tokens, index: number): string {
  const logprob = logprobs[index] ?? null;
  const chance = logprob === null ? '' : ` · ${formatNumber(100 * Math.exp(logprob))} % likely`;
  const trained = lossMask[index] === 0 ? ' · not trained on' : '';
  return `token ${index + 1} of ${texts.length} · “${visibleToken(texts[index] ?? '')}” · id ${tokens[index] ?? '—'} · ${formatNumber(logprob)} nats${chance}${trained}`;
}

function shade(logprob: number | null): string {
  if (logprob === null || Number.isNaN(logprob)) return 'transparent';
  const share = Math.min(1, -logprob / FULL_NATS);
  return `color-mix(in srgb, var(--accent) ${Math.round(share * 60)}%, transparent)`;
}

function maskClass(bit: number | undefined): string {
  return bit === 1 ? 'bg-accent/25' : 'tokens-of-context';
}

/** What the colours of tokens mean. */
export function TokenLegend({ color }: { color: Overlay }) {
  return color === 'mask' ? <MaskLegend /> : <Legend />;
}

function MaskLegend() {
  return (
    <span className="ml-auto flex items-center gap-1.5 font-normal">
      <span aria-hidden className={cn('size-3 rounded-[2px]', maskClass(1))} />
      trained on
      <span aria-hidden className={cn('ml-2 size-3 rounded-[2px] border', maskClass(0))} />
      context
    </span>
  );
}

function Legend() {
  return (
    <span className="ml-auto flex items-center gap-1.5 font-normal">
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
