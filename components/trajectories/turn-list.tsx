import { Badge } from '@/components/ui/badge';
import type { RolloutView } from '@/lib/api-client/run-urls';
import type { TrajectoryDetail } from '@/lib/api-client/wire';
import type { ConversationTurn } from '@/lib/domain/conversation';
import { visibleText } from '@/lib/insight/visible-text';
import { ForeignText } from './foreign-text';
import { TokenText } from './token-text';
import { tokensOf } from './tokens-of';

/** An agent's conversation, turn by turn: what it was told, what it wrote, which tools it called and what they said. */
export function TurnList({ body, color }: { body: TrajectoryDetail['body']; color: RolloutView['color'] }) {
  return (
    <ol className="flex flex-col gap-2">
      {body.turns.map((turn, index) => (
        <li key={index} aria-label={`Turn ${index + 1}, ${turn.role}`}>
          <p className="mb-0.5 flex flex-wrap items-center gap-x-2 text-xs text-muted">
            {turn.role}
            {turn.role === 'tool' ? <ToolOutcome turn={turn} /> : null}
          </p>
          <Content turn={turn} body={body} color={color} />
        </li>
      ))}
    </ol>
  );
}

function Content(props: {
  turn: ConversationTurn;
  body: TrajectoryDetail['body'];
  color: RolloutView['color'];
}) {
  const { turn, body, color } = props;
  if (turn.role !== 'assistant') return <ForeignText text={turn.content} />;
  if (color !== 'plain' && turn.span !== null) {
    return <TokenText {...tokensOf(body.sequences[turn.span.sequence], turn.span)} />;
  }
  return (
    <div className="flex flex-col gap-1">
      {turn.content === '' ? null : <ForeignText text={turn.content} />}
      {turn.toolCalls.map((call) => (
        <p
          key={call.id}
          className="rounded-button border border-dashed px-3 py-1.5 font-mono text-sm break-words whitespace-pre-wrap"
        >
          <span className="text-muted">calls </span>
          {visibleText(call.name)}({visibleText(call.arguments)})
        </p>
      ))}
    </div>
  );
}

function ToolOutcome({ turn }: { turn: Extract<ConversationTurn, { role: 'tool' }> }) {
  return (
    <>
      <span className="font-mono">{visibleText(turn.name)}</span>
      {turn.outcome === 'ok' ? null : (
        <Badge tone="warning">{turn.outcome === 'timeout' ? 'time-out' : 'error'}</Badge>
      )}
    </>
  );
}
