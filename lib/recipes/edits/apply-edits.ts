import type { TextEdit } from '@/lib/recipes/diagnostic';

/** Text of one file after the edits that concern it. Later ones first, so that earlier offsets stay right. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  return edits
    .toSorted((left, right) => right.start - left.start)
    .reduce((result, edit) => result.slice(0, edit.start) + edit.text + result.slice(edit.end), text);
}
