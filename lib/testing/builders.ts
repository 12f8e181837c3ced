import { type Run, RunId } from '@/lib/domain/run';
import type { TrajectoryBody } from '@/lib/domain/trajectory';
import type { NewRun, RecipeSnapshot } from '@/lib/run-store/run-store';
import type { NewTrajectory } from '@/lib/run-store/run-writer';

let made = 0;

export function aSnapshot(changes: Partial<RecipeSnapshot> = {}): RecipeSnapshot {
  return {
    files: { 'pig_latin/embedded.yaml': 'seed: 1\n' },
    entry: 'pig_latin/embedded.yaml',
    overrides: [],
    composedYaml: 'seed: 1\n',
    resolved: { seed: 1 },
    ...changes,
  };
}

export function aNewRun(changes: Partial<NewRun> = {}): NewRun {
  made += 1;
  return {
    name: 'pig_latin/embedded',
    recipe: 'pig_latin',
    variant: 'embedded',
    backend: 'embedded',
    model: null,
    seed: 1,
    totalSteps: 100,
    snapshot: aSnapshot(),
    idempotencyKey: `test-${made}`,
    ...changes,
  };
}

/** A running run as pages see it. */
export function aRun(changes: Partial<Run> = {}): Run {
  return {
    id: RunId.parse(1),
    name: 'r',
    recipe: 'pig_latin',
    variant: 'embedded',
    backend: 'embedded',
    model: null,
    seed: 1,
    status: 'running',
    reason: null,
    phase: null,
    step: 4,
    totalSteps: 10,
    attempt: 1,
    overrides: [],
    trainSeconds: 1,
    createdAt: '2026-11-22T10:00:00.000Z',
    startedAt: null,
    endedAt: null,
    heartbeatAt: null,
    lastSeq: 5,
    tags: [],
    notes: '',
    isPinned: false,
    isArchived: false,
    isDeleted: false,
    rehearsal: null,
    ...changes,
  };
}

export function aTrajectoryBody(changes: Partial<TrajectoryBody> = {}): TrajectoryBody {
  return {
    prompt: 'cat',
    completion: 'atcay',
    groundTruth: 'atcay',
    sequences: [
      {
        tokens: [99, 97, 116],
        tokenTexts: ['c', 'a', 't'],
        lossMask: [0, 1, 1],
        logprobs: [0, -0.5, -0.25],
        weightVersions: [0, 0, 0],
      },
    ],
    turns: [],
    metrics: { exact: 1 },
    extraInfo: {},
    data: { prompt: 'cat' },
    ...changes,
  };
}

export function aNewTrajectory(changes: Partial<NewTrajectory> = {}): NewTrajectory {
  return {
    step: 0,
    validation: false,
    group: 'g0',
    sample: 0,
    reward: 1,
    advantage: 0.5,
    promptTokens: 1,
    completionTokens: 2,
    stopReason: 'stop',
    weightVersion: 0,
    error: null,
    promptPreview: 'cat',
    completionPreview: 'atcay',
    body: aTrajectoryBody(),
    ...changes,
  };
}
