import { EmptyState } from './empty-state';

/** A whole page that cannot be shown, with the reason and the way out. */
export function Refusal({ title, message }: { title: string; message: string }) {
  return (
    <EmptyState title={title} tone="error">
      {message}
    </EmptyState>
  );
}
