import type { Backend } from '@/lib/domain/run';
import { isList } from '@/lib/recipes/config-view';
import { backendNamed } from '@/lib/recipes/recipe-config';
import { valueAt } from '@/lib/recipes/value-at';
import { err, ok, type Result } from '@/lib/shared/result';
import { PROTOCOL_RULES } from './protocol-rules';
import { type RehearsalScale, scaledDown } from './rehearsal-scale';
import { type Change, type Substituted, substitute } from './substitution';

export type RehearsedConfig = Substituted & {
  readonly backend: Backend;
  /** As people call it. */
  readonly protocol: string;
};

/**
 * What a rehearsal of a resolved recipe runs: the recipe, with everything in it that is not on this machine, or would
 * reach somebody, substituted, and a plan that is over in a minute. Every difference is a substitution. An error says
 * why a recipe cannot be rehearsed.
 */
export function rehearseConfig(resolved: unknown, scale: RehearsalScale): Result<RehearsedConfig, string> {
  const named = valueAt(resolved, ['service', 'inference_service', 'backend']);
  const worker = valueAt(resolved, ['rollout_worker', 'type']);
  if (named === 'mock' || (worker === 'mock' && typeof named !== 'string')) {
    return err(
      'This variant runs on mock services: there is nothing behind them to rehearse. Launch it as it is.',
    );
  }
  const backend = backendNamed(typeof named === 'string' ? named : '');
  const rules = PROTOCOL_RULES[backend];
  if (rules === undefined) {
    return err(`A ${backend} variant cannot be rehearsed: the embedded service does not speak it.`);
  }
  const changes = [...scaledDown(resolved, scale), ...rules.changes(resolved), ...staysHere(resolved)];
  return ok({ ...substitute(resolved, changes), backend, protocol: rules.protocol });
}

const MAX_WAIT = ['runtime_monitor', 'service_outage', 'max_wait'];
const MAX_WAIT_SECONDS = 60;

/** Of nothing that a rehearsal does should anybody hear, and nothing of other runs or folders be touched. */
function staysHere(config: unknown): readonly Change[] {
  const changes: Change[] = [];
  const logger = valueAt(config, ['logger', 'backend']);
  const trackers = isList(logger) ? logger : [logger];
  if (trackers.some((name) => typeof name === 'string' && name !== 'console')) {
    const to = isList(logger) ? ['console'] : 'console';
    changes.push({ path: ['logger', 'backend'], to, reason: 'A rehearsal reports to no tracker.' });
  }
  if (valueAt(config, ['logger', 'enable_feishu_logging']) === true) {
    const reason = 'A rehearsal tells nobody.';
    changes.push({ path: ['logger', 'enable_feishu_logging'], to: false, reason });
  }
  if (valueAt(config, ['resume', 'mode']) === 'from_path') {
    const reason = 'The embedded model does not fit into a checkpoint of another run.';
    changes.push({ path: ['resume', 'mode'], to: 'disable', reason });
  }
  if (valueAt(config, ['debug', 'enable_data_dump']) === true) {
    const reason = 'A rehearsal writes into its own folders alone.';
    changes.push({ path: ['debug', 'enable_data_dump'], to: false, reason });
  }
  const wait = valueAt(config, MAX_WAIT);
  if (typeof wait !== 'number' || wait > MAX_WAIT_SECONDS) {
    const reason = 'A rehearsal does not wait for services that are gone.';
    changes.push({ path: MAX_WAIT, to: MAX_WAIT_SECONDS, reason });
  }
  if ((valueAt(config, ['environment', 'setup_script']) ?? '') !== '') {
    const reason = 'The script is read and not run.';
    changes.push({ path: ['environment', 'setup_script'], to: null, reason });
  }
  return changes;
}
