import { Badge } from '@/components/ui/badge';
import { cn } from '@/components/ui/cn';
import type { CallBlock } from '@/lib/insight/conversation-blocks';
import { visibleText } from '@/lib/insight/visible-text';
import { LongText } from './long-text';
import { prettyJson } from './pretty-json';

/** Arguments up to this stand beside the tool's name. */
const SHORT_CHARACTERS = 60;

/** A call with its arguments and what came back; `children`: what a sub-agent did for it. */
export function ToolCallCard(props: {
  block: CallBlock;
  /** In the view that shows what is trained on: results are not. */
  isContext: boolean;
  children: React.ReactNode;
}) {
  const { block, children } = props;
  const { call, result } = block;
  const pretty = prettyJson(call.arguments);
  const isShort = call.arguments.length <= SHORT_CHARACTERS && !call.arguments.includes('\n');
  return (
    <section
      aria-label={call.name === '' ? 'Call that cannot be read' : `Call of ${visibleText(call.name)}`}
      className="min-w-0 rounded-card border bg-panel"
    >
      <div className="flex flex-wrap items-baseline gap-x-2 gap-y-1 px-3 py-1.5 font-mono text-sm">
        <span className="font-semibold">{call.name === '' ? 'unreadable call' : visibleText(call.name)}</span>
        {isShort ? (
          <span className="min-w-0 break-words text-muted">{visibleText(call.arguments)}</span>
        ) : null}
        <span className="ml-auto font-sans">
          <Outcome result={result} />
        </span>
      </div>
      {isShort ? null : (
        <div className="px-3 pb-2">
          <LongText text={pretty} isQuiet />
        </div>
      )}
      {children === null ? null : (
        <details className="border-t px-3 py-1.5">
          <summary className="cursor-pointer text-sm text-muted">
            What {visibleText(call.name)} did, {block.below.length}{' '}
            {block.below.length === 1 ? 'turn' : 'turns'}, not trained on
          </summary>
          <div className="mt-2 border-l-2 pl-3">{children}</div>
        </details>
      )}
      {result === null ? null : (
        <div className={cn('border-t px-3 py-1.5', props.isContext && 'tokens-of-context')}>
          <LongText text={prettyJson(result.content)} isQuiet isError={result.outcome !== 'ok'} />
        </div>
      )}
    </section>
  );
}

function Outcome({ result }: Pick<CallBlock, 'result'>) {
  if (result === null) return <Badge>no result</Badge>;
  switch (result.outcome) {
    case 'ok':
      return null;
    case 'error':
      return <Badge tone="error">error</Badge>;
    case 'timeout':
      return <Badge tone="warning">time-out</Badge>;
  }
}
