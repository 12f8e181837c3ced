import type { ComponentProps } from 'react';
import { cn } from './cn';

export function Kbd({ className, ...props }: ComponentProps<'kbd'>) {
  return (
    <kbd
      className={cn(
        'inline-flex h-5 items-center rounded-chip border bg-panel px-1 font-sans text-xs text-muted',
        className,
      )}
      {...props}
    />
  );
}
