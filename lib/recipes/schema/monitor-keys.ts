import { z } from 'zod';
import { known, read } from './key-meta';
import { flag, positive } from './value-types';

const isOff = (section: string) => ({
  because: `${section}.enabled is off`,
  when: (config: { get: (path: string) => unknown }) => config.get(`${section}.enabled`) === false,
});

const FAILURE_POLICIES = ['stop_on_error', 'stop_on_critical', 'continue'] as const;

/** A part of the recipe that may be missing or null: then it has its defaults. */
function section<S extends z.ZodObject>(schema: S, meta: Parameters<typeof read>[1]) {
  return read(
    schema.nullish().transform((value) => value ?? schema.parse({})),
    meta,
  );
}

export const RuntimeMonitor = section(
  z.looseObject({
    health_check: known(
      z.looseObject({
        enabled: known(flag, {
          meaning: 'Looks whether the parts of a run still live.',
          readers: ['monitor'],
          fallback: 'true',
        }),
        check_interval: known(z.number().positive(), {
          meaning: 'Time between two looks.',
          unit: 'seconds',
          readers: ['monitor'],
          fallback: '10.0',
          inert: [isOff('runtime_monitor.health_check')],
        }),
        timeout: known(z.number().positive(), {
          meaning: 'A part that has not answered for this long counts as dead.',
          unit: 'seconds',
          readers: ['monitor'],
          fallback: '20.0',
          inert: [isOff('runtime_monitor.health_check')],
        }),
      }),
      { meaning: 'Liveness of the parts of a run.', readers: ['monitor'] },
    ),
    exception_handling: section(
      z.looseObject({
        enabled: read(flag.default(true), {
          meaning: 'Lets failed rollouts end the run, as the policy says.',
          readers: ['run process', 'monitor'],
        }),
        check_interval: known(z.number().positive(), {
          meaning: 'Time between two looks.',
          unit: 'seconds',
          readers: ['monitor'],
          fallback: '1.0',
          inert: [
            isOff('runtime_monitor.exception_handling'),
            { because: 'Galley acts on a failure at once', when: () => true },
          ],
        }),
        policy: read(z.enum(FAILURE_POLICIES).default('stop_on_critical'), {
          meaning:
            'Which failed rollouts end the run: the first (stop_on_error), more than rollout_worker.max_failed_share of a step (stop_on_critical), or none (continue).',
          readers: ['run process', 'monitor'],
          inert: [isOff('runtime_monitor.exception_handling')],
        }),
      }),
      { meaning: 'What errors of parts do to a run.', readers: ['monitor'] },
    ),
    service_outage: section(
      z.looseObject({
        failures: read(positive.default(5), {
          meaning:
            'Calls that a service fails in a row (HTTP 5xx, time limit) before the run waits for it. Where nobody listens, one is enough.',
          unit: 'calls',
          readers: ['run process'],
          isGalleys: true,
        }),
        retry_pause: read(z.number().positive().default(1), {
          meaning:
            'Pause before a service that is out is tried again; it doubles each time and is shortened by chance.',
          unit: 'seconds',
          readers: ['run process'],
          isGalleys: true,
        }),
        max_retry_pause: read(z.number().positive().default(30), {
          meaning: 'Longest of these pauses.',
          unit: 'seconds',
          readers: ['run process'],
          isGalleys: true,
        }),
        max_wait: read(z.number().positive().nullish(), {
          meaning: 'Longest outage that a run waits for; then it fails.',
          unit: 'seconds',
          readers: ['run process'],
          fallback: 'none: a run waits until the service is back, or somebody stops it',
          isGalleys: true,
        }),
      }),
      { meaning: 'How a run waits for services that do not answer.', readers: ['run process'] },
    ),
    rollout_progress_monitor: known(
      z.looseObject({
        enabled: known(flag, {
          meaning: 'Reports how many rollouts of a batch are done.',
          readers: ['monitor'],
          fallback: 'true',
        }),
        update_interval: known(z.number().positive(), {
          meaning: 'Time between two counts.',
          unit: 'seconds',
          readers: ['monitor'],
          fallback: '1.0',
          inert: [isOff('runtime_monitor.rollout_progress_monitor')],
        }),
        log_interval: known(positive, {
          meaning: 'Counts between two lines in the log.',
          unit: 'counts',
          readers: ['monitor'],
          fallback: '10',
          inert: [isOff('runtime_monitor.rollout_progress_monitor')],
        }),
        use_tqdm: known(flag, {
          meaning: 'Draws a progress bar in the terminal.',
          readers: ['monitor'],
          fallback: 'true',
          inert: [isOff('runtime_monitor.rollout_progress_monitor')],
        }),
      }),
      { meaning: 'Progress of rollouts in the log.', readers: ['monitor'] },
    ),
  }),
  { meaning: 'What watches over a run.', readers: ['monitor'] },
);
