import type { ComponentProps } from 'react';
import { cn } from './cn';

export function Input({ className, ...props }: ComponentProps<'input'>) {
  return (
    <input
      className={cn(
        'h-8 w-full min-w-0 rounded-button border border-line-strong bg-panel px-2.5 text-base text-ink placeholder:text-muted aria-invalid:border-error disabled:opacity-60',
        className,
      )}
      {...props}
    />
  );
}
