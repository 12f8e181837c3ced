import { cva, type VariantProps } from 'class-variance-authority';
import type { ComponentProps } from 'react';
import { cn } from './cn';

const badge = cva(
  'inline-flex h-5 items-center gap-1 whitespace-nowrap rounded-chip border px-1.5 text-xs font-medium [&_svg]:size-3',
  {
    variants: {
      tone: {
        neutral: 'border-line bg-sunken text-muted',
        ok: 'border-ok/30 bg-ok/5 text-ok',
        warning: 'border-warning/30 bg-warning/5 text-warning',
        error: 'border-error/30 bg-error/10 text-error',
        running: 'border-running/30 bg-running/10 text-running',
        accent: 'border-accent/30 bg-accent/10 text-accent',
      },
    },
    defaultVariants: { tone: 'neutral' },
  },
);

export function Badge({ className, tone, ...props }: ComponentProps<'span'> & VariantProps<typeof badge>) {
  return <span className={cn(badge({ tone }), className)} {...props} />;
}
