import type { ReactNode } from 'react';
import { cn } from './cn';

/** One of a few, side by side; all of them are seen, unlike those of a select. */
export function Segments<Value extends string>(props: {
  label: string;
  value: Value;
  options: readonly { readonly value: Value; readonly title: ReactNode }[];
  size?: 'sm';
  className?: string;
  onChange: (value: Value) => void;
}) {
  return (
    <div role="group" aria-label={props.label} className={cn('flex', props.className)}>
      {props.options.map(({ value, title }) => (
        <button
          key={value}
          type="button"
          aria-pressed={props.value === value}
          className={cn(
            'border not-first:-ml-px first:rounded-l-button last:rounded-r-button',
            props.size === 'sm' ? 'h-6 px-1.5 text-xs' : 'h-8 px-2.5',
            props.value === value ? 'bg-selected font-medium' : 'bg-panel text-muted hover:text-ink',
          )}
          onClick={() => props.onChange(value)}
        >
          {title}
        </button>
      ))}
    </div>
  );
}
