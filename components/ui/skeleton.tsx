import { cn } from './cn';

/** Holds the place of what is being loaded. Motionless: loading is usually over before a shimmer would start. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={cn('rounded-chip bg-hover', className)} />;
}
