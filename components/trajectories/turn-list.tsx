import { Badge } from '@/components/ui/badge';
import { cn } from '@/components/ui/cn';
import type { TokenColor } from '@/lib/api-client/run-urls';
import type { ConversationTurn } from '@/lib/domain/conversation';
import type { TrajectorySequence } from '@/lib/domain/trajectory-sequence';
import { conversationBlocks, type TurnBlock } from '@/lib/insight/conversation-blocks';
import { ModelTurn } from './model-turn';
import { LongText } from './long-text';
import { ToolCallCard } from './tool-call-card';

export type Conversation = {
  readonly turns: readonly ConversationTurn[];
  readonly sequences: readonly TrajectorySequence[];
  readonly color: TokenColor;
};

/** An agent's conversation, turn by turn: what it was told, what it wrote, which tools it called and what they said. */
export function TurnList({ turns, sequences, color, agent }: Conversation & { agent?: string }) {
  const whose = agent === undefined ? '' : ` of ${agent}`;
  return (
    <ol className="flex flex-col gap-4">
      {conversationBlocks(turns).map((block) => (
        <li
          key={block.number}
          aria-label={`Turn ${block.number}${whose}, ${block.turn.role}`}
          className="min-w-0"
        >
          <TurnHeading turn={block.turn} sequences={sequences} />
          <div className="flex flex-col gap-2">
            <Said block={block} sequences={sequences} color={color} />
            {block.calls.map((call) => (
              <ToolCallCard key={call.call.id} block={call} isContext={color === 'mask'}>
                {call.below.length === 0 ? null : (
                  <TurnList
                    turns={call.below}
                    sequences={sequences}
                    color={color}
                    agent={call.result?.name ?? call.call.name}
                  />
                )}
              </ToolCallCard>
            ))}
          </div>
        </li>
      ))}
    </ol>
  );
}

function TurnHeading({ turn, sequences }: Pick<Conversation, 'sequences'> & { turn: ConversationTurn }) {
  const isModel = turn.role === 'assistant';
  return (
    <h3
      className={cn(
        'mb-1 flex flex-wrap items-center gap-x-2 text-xs font-semibold uppercase',
        isModel ? 'text-running' : 'text-muted',
      )}
    >
      {turn.role}
      {isModel ? <ModelFacts turn={turn} sequences={sequences} /> : null}
    </h3>
  );
}

type ModelTurnOf = Extract<ConversationTurn, { role: 'assistant' }>;

function ModelFacts({ turn, sequences }: Pick<Conversation, 'sequences'> & { turn: ModelTurnOf }) {
  const { span } = turn;
  if (span === null) return null;
  const mask = sequences[span.sequence]?.lossMask.slice(span.start, span.end) ?? [];
  const count = span.end - span.start;
  return (
    <span className="flex flex-wrap items-center gap-x-2 normal-case">
      {count} {count === 1 ? 'token' : 'tokens'}
      {sequences.length > 1 ? (
        <span className="font-normal text-muted">
          sequence {span.sequence + 1} of {sequences.length}
        </span>
      ) : null}
      {mask.length > 0 && mask.every((bit) => bit === 0) ? <Badge>not trained on</Badge> : null}
    </span>
  );
}

function Said({ block, sequences, color }: Omit<Conversation, 'turns'> & { block: TurnBlock }) {
  const { turn } = block;
  switch (turn.role) {
    case 'assistant':
      return <ModelTurn turn={turn} sequences={sequences} color={color} />;
    case 'system':
    case 'user':
    case 'tool':
      return <LongText text={turn.content} isContext={color === 'mask'} />;
  }
}
