import type { SourceRange } from '@/lib/recipes/diagnostic';

/** Places left behind by a jump, for Alt+Left and Alt+Right. */
export type JumpHistory = {
  /** A jump leaves this place. */
  leave(place: SourceRange): void;
  /** The place before; `from` is where one comes back to with `forward`. */
  back(from: SourceRange): SourceRange | null;
  forward(from: SourceRange): SourceRange | null;
};

const MOST = 50;

export function createJumpHistory(): JumpHistory {
  const behind: SourceRange[] = [];
  const ahead: SourceRange[] = [];
  const step = (taken: SourceRange[], kept: SourceRange[], from: SourceRange) => {
    const place = taken.pop() ?? null;
    if (place !== null) kept.push(from);
    return place;
  };
  return {
    leave(place) {
      const last = behind.at(-1);
      if (last?.file === place.file && last.start === place.start) return;
      behind.push(place);
      if (behind.length > MOST) behind.shift();
      ahead.length = 0;
    },
    back: (from) => step(behind, ahead, from),
    forward: (from) => step(ahead, behind, from),
  };
}
