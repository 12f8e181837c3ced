import type { ReactNode } from 'react';
import { cn } from './cn';

/** What a view says when it has nothing to show: what happened, and what to do next. */
export function EmptyState(props: {
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
  icon?: ReactNode;
  tone?: 'neutral' | 'error';
  className?: string;
}) {
  return (
    <div
      role={props.tone === 'error' ? 'alert' : undefined}
      className={cn(
        'mx-auto flex max-w-md flex-col items-center gap-2 px-6 py-16 text-center',
        props.className,
      )}
    >
      {props.icon ? <div className="text-muted [&_svg]:size-6">{props.icon}</div> : null}
      <h2 className={cn('text-lg font-semibold', props.tone === 'error' && 'text-error')}>{props.title}</h2>
      {props.children ? <div className="text-muted">{props.children}</div> : null}
      {props.actions ? <div className="mt-2 flex flex-wrap justify-center gap-2">{props.actions}</div> : null}
    </div>
  );
}
