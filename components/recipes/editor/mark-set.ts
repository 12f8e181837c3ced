import { isSameData } from '@/lib/shared/same-data';
import type { monaco as Monaco } from './monaco';

/** Decorations of one kind, where they stand and how they look. */
export type MarkSet = { set(marks: readonly Monaco.editor.IModelDeltaDecoration[]): void };

/** Monaco draws every line anew whose decorations are set; they move with the text, so most keys leave all as they are. */
export function createMarkSet(editor: Monaco.editor.ICodeEditor): MarkSet {
  const collection = editor.createDecorationsCollection();
  let looks: readonly Monaco.editor.IModelDecorationOptions[] = [];
  return {
    set(marks) {
      const next = marks.map(({ options }) => options);
      const standing = collection.getRanges();
      const isPlaced =
        standing.length === marks.length &&
        standing.every((range, at) => range.equalsRange(marks[at]?.range ?? null));
      if (isPlaced && isSameData(looks, next)) return;
      looks = next;
      collection.set([...marks]);
    },
  };
}
