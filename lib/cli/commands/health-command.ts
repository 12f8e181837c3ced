import type { RunId } from '@/lib/domain/run';
import { encodeMetricValue } from '@/lib/domain/run-event';
import { readHealth } from '@/lib/health/read-health';
import { EXIT, type ExitCode } from '../exit-code';
import { renderHealth } from '../render-health';
import type { CommandContext } from '../session';
import { withSession } from '../with-session';

type HealthOptions = { readonly mute?: string; readonly unmute?: string; readonly json?: boolean };

/** `galley health <id>` */
export async function healthCommand(
  context: CommandContext,
  id: RunId,
  options: HealthOptions,
): Promise<ExitCode> {
  return withSession(context, async ({ runStore, metrics }) => {
    if (options.mute !== undefined) await runStore.mute(id, { advisory: options.mute, muted: true });
    if (options.unmute !== undefined) await runStore.mute(id, { advisory: options.unmute, muted: false });
    const { health, muted } = await readHealth({ runStore, metrics }, id, Date.now());
    context.io.out(options.json === true ? json({ ...health, muted }) : renderHealth(health, muted));
    const isSevere = health.current.some(
      ({ id: rule, severity }) => severity === 'error' && !muted.includes(rule),
    );
    return isSevere ? EXIT.unwell : EXIT.done;
  });
}

/** NaN stays what it is: JSON's own `null` would say that there was no value. */
function json(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    typeof item === 'number' ? encodeMetricValue(item) : item,
  );
}
