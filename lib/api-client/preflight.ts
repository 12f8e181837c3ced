import { z } from 'zod';
import { RunRehearsal } from '@/lib/domain/rehearsal';
import { withQuery } from './request';

const Check = z.object({
  id: z.string(),
  title: z.string(),
  status: z.enum(['passed', 'note', 'warning', 'failed', 'running']),
  detail: z.string(),
  path: z.string().nullable(),
});

const Environment = z.object({
  script: z.string().nullable(),
  sets: z.array(z.string()),
  placeholders: z.array(z.object({ name: z.string().nullable(), start: z.number(), end: z.number() })),
  variables: z.array(
    z.object({
      name: z.string(),
      state: z.enum(['set', 'secret', 'preview', 'pending', 'missing']),
      isSecret: z.boolean(),
      isFromScript: z.boolean(),
    }),
  ),
});

const PreflightAnswer = z.object({
  ok: z.boolean(),
  checks: z.array(Check),
  environment: Environment.optional(),
  rehearsal: RunRehearsal.optional(),
});
export type PreflightAnswer = z.infer<typeof PreflightAnswer>;

const BROKEN_OFF = 'The checks broke off. Is Galley still running (npm start)?';

const Line = z.union([
  z.object({ checks: z.array(Check) }),
  z.object({ preflight: PreflightAnswer }),
  z.object({ error: z.object({ message: z.string() }) }),
]);

/** Makes the checks of a launch and tells of each as it comes. Rejects with an `Error` that is for people. */
export async function streamPreflight(
  launch: unknown,
  {
    onChecks,
    signal,
  }: { readonly onChecks: (checks: PreflightAnswer['checks']) => void; readonly signal: AbortSignal },
): Promise<PreflightAnswer> {
  const url = withQuery('/api/recipes/preflight', { launch: JSON.stringify(launch) });
  const response = await fetch(url, { signal }).catch((cause: unknown) => {
    throw signal.aborted ? cause : new Error(BROKEN_OFF, { cause });
  });
  const { body } = response;
  if (body === null) throw new Error(BROKEN_OFF);
  let rest = '';
  for (const reader = body.pipeThrough(new TextDecoderStream()).getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) throw new Error(lastWords(rest));
    const lines = (rest + value).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const said = Line.parse(JSON.parse(line));
      if ('error' in said) throw new Error(said.error.message);
      if ('preflight' in said) return said.preflight;
      onChecks(said.checks);
    }
  }
}

/** A refusal has no line's end. */
function lastWords(rest: string): string {
  try {
    return Line.options[2].parse(JSON.parse(rest)).error.message;
  } catch {
    return BROKEN_OFF;
  }
}
