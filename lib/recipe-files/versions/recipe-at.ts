import type { StoredVersion } from './version-folder';

/** What a path held: its text, nothing, or something that versions do not keep (data, images). */
export type HeldText =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unkept' };

type Kind = StoredVersion['kind'];
type Event = {
  readonly age: number;
  readonly kind: Kind | 'left';
  readonly before: HeldText | null;
  readonly after: HeldText;
};

/**
 * What every path that the history knows held at a version (an index into `versions`, which stand newest first): what
 * the last step up to it left there, else what the first step after it found there.
 */
export function recipeAt(versions: readonly StoredVersion[], index: number): ReadonlyMap<string, HeldText> {
  const events = eventsOf(versions);
  return new Map([...events].map(([path, steps]) => [path, heldAt(steps, index)]));
}

function heldAt(steps: readonly Event[], index: number): HeldText {
  const upTo = steps.find(({ age }) => age >= index);
  if (upTo !== undefined) return upTo.after;
  const first = steps.findLast(({ age }) => age < index);
  return first?.before ?? { kind: 'absent' };
}

/** By path, the newest first. */
function eventsOf(versions: readonly StoredVersion[]): ReadonlyMap<string, readonly Event[]> {
  const events = new Map<string, Event[]>();
  const tell = (path: string, event: Event) => {
    const known = events.get(path);
    if (known === undefined) events.set(path, [event]);
    else known.push(event);
  };
  for (const [age, { kind, files }] of versions.entries()) {
    for (const file of files) {
      if (file.content === 'folder') continue;
      const held = heldIn(file);
      const isGone = kind === 'deleted' || file.content === 'removed';
      tell(file.path, {
        age,
        kind,
        // a save is of a file that was there; what it held before that is a version of its own where it was not known
        before: FOUND_THERE.includes(kind) ? held : null,
        after: isGone ? { kind: 'absent' } : held,
      });
      if (file.from !== null) tell(file.from, { age, kind: 'left', before: held, after: { kind: 'absent' } });
    }
  }
  return events;
}

const FOUND_THERE: readonly Kind[] = ['found', 'saved', 'deleted'];

function heldIn({ content, text }: StoredVersion['files'][number]): HeldText {
  if (content === 'removed') return { kind: 'absent' };
  return content === 'text' && text !== null ? { kind: 'text', text } : { kind: 'unkept' };
}
