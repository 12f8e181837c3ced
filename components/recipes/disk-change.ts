import { mergeTexts } from '@/lib/recipes/three-way/merge-texts';
import type { DiskFile, StudioFile } from './studio-state';

/** What becomes of a file that the page has when the disk has another version. */
export type DiskOutcome =
  | { readonly kind: 'file'; readonly file: StudioFile }
  /** Nothing was typed, so the file simply goes. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'ask' };

/** A clean file follows the disk; a draft is merged where that loses nothing, else the person is asked. */
export function followDisk(file: StudioFile, disk: DiskFile | null): DiskOutcome {
  if (disk === null) return file.draft === null ? { kind: 'gone' } : { kind: 'ask' };
  const shown = file.draft ?? file.text;
  if (file.draft === null) return taken(file, disk, disk.text);
  const merged = mergeTexts(file.path, { base: file.text, theirs: disk.text, mine: shown });
  return merged.kind === 'conflict' ? { kind: 'ask' } : taken(file, disk, merged.text);
}

function taken(file: StudioFile, disk: DiskFile, text: string): DiskOutcome {
  const isNew = text !== (file.draft ?? file.text);
  return {
    kind: 'file',
    file: {
      ...disk,
      draft: text === disk.text ? null : text,
      // The editor takes a text over only when this grows.
      revision: file.revision + (isNew ? 1 : 0),
    },
  };
}
