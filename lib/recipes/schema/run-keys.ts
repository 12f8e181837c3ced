import { z } from 'zod';
import { known, read } from './key-meta';
import { anyMap, flag, positive, text, whole } from './value-types';

/** The keys at the top of a recipe that are no sections. */
export const TOP_KEYS = {
  project_name: read(z.string().default('galley'), {
    meaning: 'Project under which trackers and the list of runs group the run.',
    readers: ['run process', 'tracking'],
    examples: ['"NexRL-MyTask"'],
  }),
  experiment_name: read(z.string().default('default'), {
    meaning: 'Name of the run, as people will look for it.',
    readers: ['run process', 'tracking', 'launcher'],
    examples: ['"my-task-training"'],
  }),
  launch_mode: read(z.enum(['local', 'ray']).default('local'), {
    meaning: 'Where the parts of a run live: in one process on this machine, or as actors of a Ray cluster.',
    readers: ['run process', 'launcher'],
    examples: ['"local"'],
  }),
  multi_model: known(z.union([z.boolean(), z.string()]), {
    meaning: 'Kept by older recipes; nothing reads it.',
    readers: [],
    examples: ['"false"'],
    inert: [{ because: 'nothing reads it', when: () => true }],
  }),
};

export const Logger = known(
  z.looseObject({
    backend: known(z.union([tracker(), z.array(tracker())]), {
      meaning: 'Trackers that receive the metrics.',
      readers: ['tracking'],
      allowed: ['wandb', 'mlflow', 'swanlab', 'console'],
      examples: ["['console', 'wandb']"],
    }),
    enable_feishu_logging: known(flag, {
      meaning: 'Sends begin, end and failure of a run to a Feishu or Lark group.',
      readers: ['tracking'],
      fallback: 'false',
    }),
    feishu_url: known(text, {
      meaning: 'Webhook of that group.',
      readers: ['tracking'],
      examples: ['"${oc.env:FEISHU_WEBHOOK_URL,}"'],
      inert: [
        {
          because: 'logger.enable_feishu_logging is off',
          when: (config) => !config.isTrue('logger.enable_feishu_logging'),
        },
      ],
    }),
  }),
  { meaning: 'Which experiment trackers follow a run.', readers: ['tracking'] },
);

function tracker() {
  return z.enum(['wandb', 'mlflow', 'swanlab', 'console', 'tracking']);
}

export const Environment = known(
  z.looseObject({
    setup_script: known(z.string(), {
      meaning: 'Shell script that sets up the environment before a run starts; relative to the variant.',
      readers: ['launcher'],
      fallback: '""',
      examples: ['"self_hosted.env.sh"'],
    }),
    require_setup_script: known(flag, {
      meaning: 'Refuses to launch while no script is named.',
      readers: ['launcher'],
      fallback: 'false',
    }),
  }),
  { meaning: 'How the environment of a run is set up.', readers: ['launcher'] },
);

const RESUMES = ['disable', 'auto', 'from_path'] as const;

const notFromPath = {
  because: 'resume.mode is not from_path',
  when: (config: { get: (path: string) => unknown }) => config.get('resume.mode') !== 'from_path',
};

export const Resume = read(
  z
    .looseObject({
      mode: read(z.enum(RESUMES).default('disable'), {
        meaning:
          'With from_path, a new run begins with weights, optimizer and step of a named checkpoint. A run that is resumed goes on from its own newest checkpoint, whatever stands here.',
        readers: ['run process'],
      }),
      resume_path: read(z.string().nullish(), {
        meaning: 'Checkpoint to begin from: a folder, or its place below the data folder.',
        readers: ['run process'],
        examples: ['"checkpoints/run-12/step-300"'],
        inert: [notFromPath],
      }),
      resume_dataloader: read(flag.default(true), {
        meaning: 'Skips the batches that the checkpoint has already seen; false begins the data anew.',
        readers: ['data loader', 'run process'],
        inert: [notFromPath],
      }),
    })
    .nullish(),
  { meaning: 'Whether a run begins from the checkpoint of another.', readers: ['run process'] },
);

const noMetric = {
  because: 'checkpoint.metric is not set',
  when: (config: { get: (path: string) => unknown }) => (config.get('checkpoint.metric') ?? null) === null,
};

export const Checkpoint = read(
  z
    .looseObject({
      keep_last: read(positive.nullish(), {
        meaning: 'Newest checkpoints that stay on disk.',
        unit: 'checkpoints',
        readers: ['run process'],
        fallback: '2; all with trainer.remove_previous_ckpt: false',
        examples: ['5'],
        isGalleys: true,
      }),
      metric: read(
        z
          .string()
          .regex(/^val\/./, 'must be a metric of a validation, such as val/reward_mean')
          .nullish(),
        {
          meaning:
            'Metric of the validations that tells the best checkpoint. It is never removed, and a validation that is better than all before is saved at once.',
          readers: ['run process', 'validation'],
          examples: ['"val/reward_mean"'],
          isGalleys: true,
        },
      ),
      goal: read(z.enum(['max', 'min']).default('max'), {
        meaning: 'Whether more of that metric is better, or less.',
        readers: ['run process'],
        isGalleys: true,
        inert: [noMetric],
      }),
    })
    .nullish(),
  { meaning: 'Which checkpoints stay on disk.', readers: ['run process'], isGalleys: true },
);

const noDump = {
  because: 'debug.enable_data_dump is off',
  when: (config: { isTrue: (path: string) => boolean }) => !config.isTrue('debug.enable_data_dump'),
};
const dumps = (meaning: string) =>
  known(flag, { meaning, readers: ['data dump'], fallback: 'false', inert: [noDump] });

const DebugKeys = z.looseObject({
  enable_data_dump: read(flag.default(false), {
    meaning: 'Writes what passes between the parts to files.',
    readers: ['data dump'],
  }),
  dump_dir: read(z.string().default('debug_dump'), {
    meaning: 'Folder of those files; a relative one lies in the run’s folder of the data directory.',
    readers: ['data dump'],
    inert: [noDump],
  }),
  dump_format: known(z.enum(['pt', 'jsonl']), {
    meaning: 'Their format; Galley writes jsonl.',
    readers: ['data dump'],
    fallback: 'jsonl',
    inert: [noDump, { because: 'Galley writes jsonl, which its mock worker reads', when: () => true }],
  }),
  dump_every_n_steps: read(positive.default(1), {
    meaning: 'Steps between two dumps.',
    unit: 'steps',
    readers: ['data dump'],
    inert: [noDump],
  }),
  target_param_pattern: known(z.string(), {
    meaning: 'Regular expression: only parameters and gradients whose name matches are dumped.',
    readers: ['data dump'],
    fallback: '""',
    inert: [noDump],
  }),
  dump_options: read(
    z
      .looseObject({
        trajectory: read(flag.default(false), {
          meaning: 'Dumps the trajectories of a batch.',
          readers: ['data dump'],
          inert: [noDump],
        }),
        old_log_probs: dumps('Dumps log-probabilities before the update.'),
        forward_data: dumps('Dumps what goes into the model.'),
        loss: dumps('Dumps losses.'),
        param: dumps('Dumps parameters.'),
        gradient: dumps('Dumps gradients.'),
      })
      .nullish(),
    { meaning: 'What is dumped; Galley dumps trajectories.', readers: ['data dump'] },
  ),
  remote_api_dump_options: known(
    z.looseObject({
      prepared_trajectories: dumps('Dumps trajectories with their advantages.'),
      datums: dumps('Dumps what is sent to the service.'),
      training_metrics: dumps('Dumps what the service answers.'),
    }),
    { meaning: 'What a remote run dumps.', readers: ['data dump'], backends: ['tinker', 'weaver'] },
  ),
});

export const Debug = read(
  DebugKeys.nullish().transform((value) => value ?? DebugKeys.parse({})),
  { meaning: 'Dumps for debugging.', readers: ['data dump'] },
);

/** Sections of older recipes; what they say now stands with the services. */
export const LegacyResource = known(
  z.looseObject({
    train: known(anyMap, {
      meaning: 'Resources of training services, by their identifier.',
      readers: ['launcher'],
      renamedTo: 'service.train_service.*.resource',
    }),
    inference: known(anyMap, {
      meaning: 'Resources and model of the inference service.',
      readers: ['launcher'],
      renamedTo: 'service.inference_service.resource',
    }),
    agent: known(
      z.looseObject({
        num_workers: known(whole.nonnegative(), {
          meaning: 'Agent pods.',
          readers: ['launcher'],
          renamedTo: 'rollout_worker.resource.num_workers',
        }),
        agents_per_worker: known(positive, {
          meaning: 'Processors per agent pod.',
          readers: ['launcher'],
          renamedTo: 'rollout_worker.resource.agents_per_worker',
        }),
      }),
      {
        meaning: 'Resources of the agents.',
        readers: ['launcher'],
        renamedTo: 'rollout_worker.resource',
      },
    ),
  }),
  {
    meaning: 'Older place of the resources, which now stand with the services and the rollout worker.',
    readers: ['launcher'],
    renamedTo: 'service.*.resource',
  },
);
