import { cn } from './cn';

export function Separator({ className }: { className?: string }) {
  return <hr className={cn('h-px border-0 bg-line', className)} />;
}
