import { cn } from '@/components/ui/cn';
import { type VariantState, variantStateText } from './variant-state';

const SHAPES = {
  composes: { path: 'M4 0a4 4 0 1 0 0 8a4 4 0 1 0 0-8z', color: 'text-ok' },
  needs: { path: 'M4 0L8 4L4 8L0 4z', color: 'text-warning' },
  warnings: { path: 'M4 0.5L8 7.5H0z', color: 'text-warning' },
  problems: { path: 'M0.5 0.5h7v7h-7z', color: 'text-error' },
} as const;

/** A shape and a colour for a variant's state; the words are for hover and for screen readers. */
export function StateMark({ state, className }: { state: VariantState; className?: string }) {
  const { path, color } = SHAPES[state.kind];
  const text = variantStateText(state);
  return (
    <svg viewBox="0 0 8 8" role="img" aria-label={text} className={cn('size-2 shrink-0', color, className)}>
      <title>{text}</title>
      <path d={path} fill="currentColor" />
    </svg>
  );
}
