import { cn } from './cn';

/** `value` of `max`; the words beside it are the caller's, since a bar alone says nothing to a screen reader. */
export function Progress(props: { label: string; value: number; max: number; className?: string }) {
  const share = props.max > 0 ? Math.min(1, Math.max(0, props.value / props.max)) : 0;
  return (
    <div
      role="progressbar"
      aria-label={props.label}
      aria-valuemin={0}
      aria-valuemax={props.max}
      aria-valuenow={props.value}
      className={cn('h-1 overflow-hidden rounded-full bg-hover', props.className)}
    >
      <div className="h-full rounded-full bg-running" style={{ width: `${share * 100}%` }} />
    </div>
  );
}
