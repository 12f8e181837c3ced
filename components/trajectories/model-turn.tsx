import type { TokenColor } from '@/lib/api-client/run-urls';
import type { ConversationTurn } from '@/lib/domain/conversation';
import type { TrajectorySequence } from '@/lib/domain/trajectory-sequence';
import { reasoningTokens, splitReasoning } from '@/lib/insight/conversation-blocks';
import { LongText } from './long-text';
import { TokenText } from './token-text';
import { sliceTokens, tokensOf } from './tokens-of';

/** What the model wrote in one turn, token by token or as text; what it thought is folded. */
export function ModelTurn(props: {
  turn: Extract<ConversationTurn, { role: 'assistant' }>;
  sequences: readonly TrajectorySequence[];
  color: TokenColor;
}) {
  const { turn, sequences, color } = props;
  if (color === 'plain' || turn.span === null) return <PlainTurn text={turn.content} />;
  const all = tokensOf(sequences[turn.span.sequence], turn.span);
  const thought = reasoningTokens(all.texts);
  return (
    <>
      {thought === 0 ? null : (
        <Reasoning size={`${thought} tokens`}>
          <TokenText {...sliceTokens(all, 0, thought)} color={color} isOneOfMany />
        </Reasoning>
      )}
      {thought === all.texts.length && thought > 0 ? null : (
        <TokenText {...sliceTokens(all, thought, all.texts.length)} color={color} isOneOfMany />
      )}
    </>
  );
}

function PlainTurn({ text }: { text: string }) {
  const { reasoning, answer } = splitReasoning(text);
  return (
    <>
      {reasoning === null ? null : (
        <Reasoning size={`${reasoning.length} characters`}>
          <LongText text={reasoning} />
        </Reasoning>
      )}
      {answer === '' ? null : <LongText text={answer} />}
    </>
  );
}

function Reasoning({ size, children }: { size: string; children: React.ReactNode }) {
  return (
    <details className="rounded-button border bg-panel">
      <summary className="cursor-pointer px-3 py-1.5 text-sm text-muted">Reasoning, {size}</summary>
      <div className="px-3 pb-3">{children}</div>
    </details>
  );
}
