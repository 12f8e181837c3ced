import { visibleText } from '@/lib/insight/visible-text';

/** Text that somebody else wrote: shown as it is, and nothing else. */
export function ForeignText({ text }: { text: string }) {
  return (
    <p
      dir="auto"
      className="rounded-button border bg-panel px-3 py-2 font-mono text-sm break-words whitespace-pre-wrap [font-variant-ligatures:none]"
    >
      {visibleText(text)}
    </p>
  );
}
