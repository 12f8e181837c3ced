// A recipe of which every rule holds, with a comment on every line that a fix could lose.

export const COMMON = `# What all variants share.
project_name: rules # of the tests
data: # the tasks
  type: torch # from files
  data_files: # to train on
    - train.parquet # the only one
  batch_size: 32 # prompts
  rollout_repeat_n: 8 # a group
  max_prompt_length: 256 # tokens of a prompt
  max_response_length: 64 # tokens of a response
rollout_worker: # who answers
  type: simple # one completion
  num_workers: 64 # at once
  temperature: 1.0 # as the model is
  max_sequence_length: 320 # both
  evaluator_module_path: evaluator.ts:Exact # who scores
trainer: # who learns
  total_train_steps: 100 # long enough
  save_freq: 10 # often enough
weight: # who tells the rollouts
  sync_mode: sync # strictly
validate: # how it is measured
  validate_before_train: true # from the start
  data: # on tasks
    data_files: # held out
      - test.parquet # of others
  eval: # and
    validate_freq: 20 # again
`;

const SELF_HOSTED = `# With servers of one's own.
defaults: [common, _self_] # in this order
trainer: # on GPUs
  type: self_hosted_grpo # groups
  checkpoint_path: /exp/ckpt # kept
  sync_weight_path: /exp/sync # passed on
weight: # over a disk
  sync_method: disk # as said
  sync_weight_path: /exp/sync # the same
service: # two of them
  inference_service: # to answer
    backend: sglang # fast
    identifier: default # a name
    base_url: http://localhost:8000 # here
    max_tokens: 64 # as above
    max_retries: 3 # times
  train_service: # to learn
    main: # the one
      role: actor # that learns
      identifier: default # the same name
      backend: direct-zmq # pickles
      url: http://localhost:9000 # there
      resource: # machines
        world_size: 1 # pod
        gpus_per_pod: 8 # GPUs
      actor: # for the workers
        ppo_mini_batch_size: 16 # prompts
        ppo_micro_batch_size: 16 # samples
        do_old_log_prob_compute: true # both
        use_kl_loss: false # none
        optim: # AdamW
          lr: 1.0e-6 # small
`;

const REMOTE = (name: 'tinker' | 'weaver') => `# With an account.
defaults: [common, _self_] # in this order
trainer: # far away
  type: remote_api_grpo # groups
weight: # by name
  sync_method: ${name} # as it takes them
service: # of others
  inference_service: # to answer
    backend: ${name} # theirs
    model: Qwen/Qwen3-8B # a base
    max_tokens: 64 # as above
  ${name}_service: # the account
    api_key: \${oc.env:THE_KEY} # from outside
  train_service: # to learn
    main: # the one
      role: actor # that learns
      backend: ${name} # theirs
      config: # of a step
        loss_fn: ppo # clipped
        learning_rate: 4.0e-5 # for LoRA
        clip_ratio_low: 0.2 # down
        clip_ratio_high: 0.28 # up
`;

const EMBEDDED = `# On this machine.
defaults: [common, _self_] # in this order
trainer: # small
  type: embedded_grpo # groups
service: # inside
  inference_service: # to answer
    backend: embedded # ours
    max_tokens: 64 # as above
  train_service: # to learn
    main: # the one
      role: actor # that learns
      backend: embedded # ours
      config: # of a step
        loss_fn: ppo # clipped
        learning_rate: 1.0e-3 # for few weights
  embedded_service: # the model
    model: # its shape
      width: 64 # channels
      heads: 4 # of 16
      context: 320 # both
`;

export type Variant = 'self_hosted' | 'tinker' | 'weaver' | 'embedded';

export const RECIPE: Readonly<Record<string, string>> = {
  'r/common.yaml': COMMON,
  'r/self_hosted.yaml': SELF_HOSTED,
  'r/tinker.yaml': REMOTE('tinker'),
  'r/weaver.yaml': REMOTE('weaver'),
  'r/embedded.yaml': EMBEDDED,
};

export const ENV = {
  THE_KEY: { secret: true },
  TINKER_API_KEY: { secret: true },
  WEAVER_API_KEY: { secret: true },
  EXPERIMENT_PATH: '/exp',
  HOST: 'localhost:8000',
  URL: 'http://localhost:8000/v1',
} as const;
