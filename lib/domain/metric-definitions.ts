import type { MetricInfo } from './metric';

/** Metrics that backends compute differently, by canonical name: read this before two curves are compared. */
export const METRIC_DEFINITIONS: Readonly<Record<string, NonNullable<MetricInfo['definitions']>>> = {
  'training/loss': {
    embedded: 'The whole objective, divided as loss_agg_mode says.',
    tinker: 'A sum over all tokens and sequences; Galley divides by the normalizer before sending.',
    self_hosted: 'Of rank 0 alone, mean over its micro-batches.',
  },
  'training/pg_loss': {
    embedded: 'The policy part of the objective, divided as loss_agg_mode says.',
    self_hosted: 'Of rank 0 alone, mean over its micro-batches.',
  },
  'training/grad_norm': {
    embedded: 'Global norm before clipping; mean over the optimizer steps of a batch.',
    self_hosted: 'Global norm before clipping; a norm that is not finite skips the step.',
    tinker: 'As the service reports it, if it does.',
  },
  'actor/ppo_kl': {
    embedded: 'Mean over trained tokens of log p(old) − log p(new), over all mini-batches.',
    self_hosted: 'The same over the tokens of rank 0.',
    tinker: 'Computed from the log-probabilities that forward_backward returns.',
  },
  'training/sampler_gap_mean': {
    embedded: '0 to the last bit while weights are fresh: sampler and trainer are one engine.',
    self_hosted: 'Two engines (SGLang or vLLM, and FSDP): about 0.01 is usual in bf16.',
    tinker: 'Sampler and trainer of the service.',
  },
  'critic/grpo_std/mean': {
    embedded: 'Population standard deviation, all groups.',
    self_hosted: 'Unbiased in the reference framework, where a group of one counts as 1.',
    tinker: 'Population standard deviation; the reference framework leaves out groups of one.',
    weaver: 'Population standard deviation; the reference framework leaves out groups of one.',
  },
  'response_length/clip_ratio': {
    self_hosted: 'Share of rows that fill the padded width: the longest row always does.',
    tinker: 'Share of responses as long as the longest of the batch.',
    weaver: 'Share of responses as long as the longest of the batch.',
  },
  'training/batch_size': {
    embedded: 'Scored rollouts.',
    self_hosted: 'The reference framework counts the rows that it doubles to fill up all ranks.',
  },
  'timing/train': {
    embedded: 'All optimizer steps of a batch on this machine.',
    tinker: 'From the first request to the last answer, queueing at the service included.',
    weaver: 'From the first request to the last answer, queueing at the service included.',
  },
};
