import type { RunPhase } from '@/lib/domain/run';

/** A phase that lasts shorter is not worth an event of its own: fast steps change it dozens of times a second. */
const HELD_MS = 300;
/** But what was last said must not stay wrong for longer. */
const OUTDATED_MS = 2000;

/** Decides when a change of phase becomes a `status` event, so that pages show it without flooding the store. */
export type PhaseNews = {
  see(phase: RunPhase | null, time: number): void;
  /** The phase to announce now, if one is due. */
  due(time: number): RunPhase | null | undefined;
  told(phase: RunPhase | null, time: number): void;
};

/** `phase` is what the claim of the run has announced at `time`. */
export function createPhaseNews(phase: RunPhase | null, time: number): PhaseNews {
  let seen = { phase, since: time };
  let said = { phase, at: time };
  return {
    see: (next, since) => {
      if (seen.phase !== next) seen = { phase: next, since };
    },
    due: (now) => {
      if (seen.phase === said.phase) return undefined;
      const isDue = now - seen.since >= HELD_MS || now - said.at >= OUTDATED_MS;
      return isDue ? seen.phase : undefined;
    },
    told: (told, at) => {
      said = { phase: told, at };
    },
  };
}
