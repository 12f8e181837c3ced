import { compose } from '@/lib/recipes/compose';
import { createRandom } from '@/lib/rl/seeded-random';

/** Longer than any honest composition by two orders of magnitude: what takes so long hangs a page. */
const LIMIT_MS = 1_000;

/** What breaks parsers, merges and interpolations, besides noise. */
const PIECES: readonly string[] = [
  '${',
  '}',
  '${a.b}',
  '${oc.env:X}',
  '${oc.env:X,${',
  '${.}',
  '${...a}',
  '&a ',
  '*a',
  '<<: *a\n',
  '? ',
  ': ',
  '- ',
  '- - - ',
  '\t',
  '\n',
  '\r\n',
  '\0',
  '\uFEFF',
  '\u2028',
  '\uD800',
  '|\n ',
  '>-2\n',
  '"',
  "'",
  '{',
  '[',
  ']',
  '{a: {b: [',
  '!!binary ',
  '!!python/object:os.system ',
  '%YAML 1.2\n',
  '---\n',
  '...\n',
  '__proto__: ',
  'constructor:\n  prototype: 1\n',
  'defaults:\n  - common\n  - _self_\n',
  'defaults: [embedded]\n',
  '@package _global_\n',
  '# @package a.b\n',
  '../',
  '/etc/passwd',
  '9'.repeat(400),
  'a: &x [*x]\n',
  '1e309',
  '-.inf',
  '0o17',
  '1:30',
];

export type MutationRequest = {
  /** Layers by path. */
  readonly files: Readonly<Record<string, string>>;
  /** Layers that are composed, in turn. */
  readonly entries: readonly string[];
  readonly count: number;
  readonly seed: number;
};

export type MutationOutcome = {
  readonly count: number;
  /** Compositions that gave a configuration all the same. */
  readonly composed: number;
  readonly slowestMs: number;
  /** Mutants that threw, took over a second, or answered with neither values nor a reason. */
  readonly failures: readonly {
    readonly number: number;
    readonly entry: string;
    readonly reason: string;
    readonly text: string;
  }[];
};

/** Composes damaged copies of layers: whatever the damage, there must be values or a reason, and soon. */
export function runMutations({ files, entries, count, seed }: MutationRequest): MutationOutcome {
  const failures: MutationOutcome['failures'][number][] = [];
  let composed = 0;
  let slowestMs = 0;
  for (let number = 0; number < count; number += 1) {
    const random = createRandom(seed * 1_000_003 + number);
    const entry = entries[number % entries.length] ?? '';
    const victim = random() < 0.7 ? entry : pick(Object.keys(files), random);
    const text = mutate(files[victim] ?? '', random);
    const start = performance.now();
    const outcome = attempt({ ...files, [victim]: text }, entry);
    const milliseconds = performance.now() - start;
    slowestMs = Math.max(slowestMs, milliseconds);
    if (outcome === 'composed') composed += 1;
    const reason = milliseconds > LIMIT_MS ? `took ${Math.round(milliseconds)} ms` : reasonOf(outcome);
    if (reason !== null) failures.push({ number, entry, reason, text });
  }
  return { count, composed, slowestMs, failures };
}

type Outcome = 'composed' | 'refused' | Error;

function attempt(files: Readonly<Record<string, string>>, entry: string): Outcome {
  try {
    const { resolved, diagnostics } = compose({ files, entry, env: {} });
    if (resolved !== null) return 'composed';
    return diagnostics.some(({ severity }) => severity === 'error')
      ? 'refused'
      : new Error('neither values nor a reason');
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function reasonOf(outcome: Outcome): string | null {
  return outcome instanceof Error ? `${outcome.name}: ${outcome.message}` : null;
}

/** One to eight damages, each at a random place. */
function mutate(text: string, random: () => number): string {
  const damages = 1 + Math.floor(random() * 8);
  let mutant = text;
  for (let damage = 0; damage < damages; damage += 1) mutant = damageOnce(mutant, random);
  return mutant;
}

function damageOnce(text: string, random: () => number): string {
  const at = Math.floor(random() * (text.length + 1));
  const length = Math.floor(random() ** 3 * 60);
  const [before, after] = [text.slice(0, at), text.slice(at)];
  switch (Math.floor(random() * 6)) {
    case 0:
      return `${before}${after.slice(length)}`;
    case 1:
      return `${before}${String.fromCharCode(Math.floor(random() * 256))}${after.slice(1)}`;
    case 2:
      return `${before}${after.slice(0, length)}${after}`;
    case 3: {
      const from = Math.floor(random() * text.length);
      return `${before}${text.slice(from, from + length)}${after}`;
    }
    default:
      return `${before}${pick(PIECES, random)}${after}`;
  }
}

function pick(from: readonly string[], random: () => number): string {
  return from[Math.floor(random() * from.length)] ?? '';
}
