import { Lexer } from 'yaml';
import type { ThreeTexts } from './merge-lines';

/** Whether a merged layer has every comment that a side added and none that a side removed. */
export function sameComments(texts: ThreeTexts, merged: string): boolean {
  const [base, result] = [commentsOf(texts.base), commentsOf(merged)];
  const [mine, theirs] = [commentsOf(texts.mine), commentsOf(texts.theirs)];
  const all = new Set([base, result, mine, theirs].flatMap((comments) => [...comments.keys()]));
  const count = (comments: ReadonlyMap<string, number>, comment: string) => comments.get(comment) ?? 0;
  return [...all].every((comment) => {
    const before = count(base, comment);
    const changes = [count(mine, comment) - before, count(theirs, comment) - before];
    const [least, most] = [Math.min(...changes), Math.max(...changes)];
    const change = count(result, comment) - before;
    // Where both added, or both removed, the same comment, it may count once or twice.
    return change === least + most || (least > 0 && change === most) || (most < 0 && change === least);
  });
}

function commentsOf(text: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const token of new Lexer().lex(text)) {
    if (!token.startsWith('#')) continue;
    const comment = token.trimEnd();
    counts.set(comment, (counts.get(comment) ?? 0) + 1);
  }
  return counts;
}
