/** A metric of the reference framework that Galley writes under another name, or not at all. */
export type ReferenceMetric = {
  readonly name: string;
  /** Galley's name for the same number; null where there is none. */
  readonly canonical: string | null;
  readonly title: string;
  /** What it is in the reference framework. */
  readonly meaning: string;
  /** Why Galley writes no such number; null where it does. */
  readonly absent: string | null;
};

type Row = readonly [name: string, canonical: string | null, title: string, meaning: string];

// prettier-ignore
const ROWS: readonly Row[] = [
  ['timing/training_time', 'timing/train', 'Training time', 'Preparation and update of a step.'],
  ['timing/rollout_time', 'timing/rollout', 'Rollout time', 'From the unlocking of the pool to a ready batch.'],
  ['timing/training/update_actor', 'timing/train', 'Update time', 'The update of the actor.'],
  ['timing/training/update_actor_distillation', 'timing/train', 'Update time', 'The update of the student.'],
  ['timing/training/save_checkpoint', 'timing/checkpoint', 'Checkpoint time', 'Saving weights and checkpoints.'],
  ['timing/batch_processing', null, 'Preparation time', 'Preparing a batch for the update.'],
  ['timing/training/training_step', null, 'Update and save time', 'Update and checkpoints of a step.'],
  ['training/global_step', null, 'Step', 'Steps completed, from 0.'],
  ['training/sequence_length', null, 'Padded length', 'Width to which the batch is padded, in tokens.'],
  ['rollout/reward_score', 'rollout/reward_mean', 'Reward', 'Mean reward of the rollouts of a step.'],
  ['critic/score/mean', 'rollout/reward_mean', 'Score', 'Mean over sequences of the sum of token rewards before penalties.'],
  ['critic/score/max', 'rollout/reward_max', 'Highest score', 'Highest sum of token rewards of a sequence before penalties.'],
  ['critic/score/min', 'rollout/reward_min', 'Lowest score', 'Lowest sum of token rewards of a sequence before penalties.'],
  ['critic/advantages/mean', 'critic/advantage_mean', 'Mean advantage', 'Mean advantage over trained tokens.'],
  ['critic/returns/mean', 'critic/advantage_mean', 'Mean return', 'Mean return over trained tokens; equal to the advantage in GRPO.'],
  ['critic/returns/max', 'critic/advantages/max', 'Highest return', 'Highest return over trained tokens; equal to the advantage in GRPO.'],
  ['critic/returns/min', 'critic/advantages/min', 'Lowest return', 'Lowest return over trained tokens; equal to the advantage in GRPO.'],
  ['grpo/advantage/mean', 'critic/advantage_mean', 'Mean advantage', 'Mean advantage over the whole matrix, zeros of context included.'],
  ['grpo/advantage/std', 'critic/advantage_std', 'Spread of the advantage', 'Spread of the advantage over the whole matrix, zeros of context included.'],
  ['grpo/advantage/min', 'critic/advantages/min', 'Lowest advantage', 'Lowest advantage over the whole matrix, zeros of context included.'],
  ['grpo/advantage/max', 'critic/advantages/max', 'Highest advantage', 'Highest advantage over the whole matrix, zeros of context included.'],
  ['critic/grpo_num', 'critic/grpo_num_groups', 'Groups', 'Groups of a step.'],
  ['response_length/clip_ratio', 'rollout/truncated_share', 'Full responses', 'Share of responses as long as the longest of the batch; no measure of truncation.'],
  ['prompt_length/clip_ratio', null, 'Full prompts', 'Share of prompts as long as the longest of the batch.'],
  ['actor/reward_kl_penalty', 'critic/kl', 'KL in the reward', 'Mean KL that the penalty in the reward measures.'],
  ['actor/reward_kl_penalty_coeff', 'critic/kl_coeff', 'KL coefficient', 'Coefficient of that penalty.'],
  ['critic/average_agent_acc/<k>', null, 'Accuracy of an agent', 'Mean accuracy of one agent of several.'],
  ['critic/values/*', null, 'Value', 'Written with a critic only, which no trainer builds.'],
  ['critic/vf_explained_var', null, 'Explained variance', 'Written with a critic only, which no trainer builds.'],
  ['actor/policy_loss', 'training/loss', 'Loss', 'The whole objective of the actor.'],
  ['actor/pg_loss', 'training/pg_loss', 'Policy loss', 'The policy-gradient part of the loss.'],
  ['actor/entropy_loss', 'training/entropy', 'Entropy', 'Mean entropy over trained tokens.'],
  ['actor/grad_norm', 'training/grad_norm', 'Gradient norm', 'Global norm before clipping.'],
  ['actor/lr', 'training/lr', 'Learning rate', 'As the optimizer used it.'],
  ['actor/first_1000_entropy_loss', null, 'Entropy at the start', 'Mean entropy of the first 1,000 positions of the window.'],
  ['actor/last_1000_entropy_loss', null, 'Entropy at the end', 'Mean entropy of the last 1,000 positions of the window.'],
  ['actor/pg_loss_sum', null, 'Summed policy loss', 'Sum instead of mean of the policy loss.'],
  ['actor/entropy_loss_sum', null, 'Summed entropy', 'Always 0 in the reference framework.'],
  ['mfu/actor', null, 'Model FLOPs use', 'Always 0 in the reference framework: its counter is a stub.'],
  ['pg_clipfrac', 'actor/pg_clipfrac', 'Clip fraction', 'Share of tokens whose ratio was clipped (loss NX_20241031).'],
  ['ppo_kl', 'actor/ppo_kl', 'KL to the sampler', 'Mean of −Δ log p (loss NX_20241031).'],
  ['pg_loss', 'training/pg_loss', 'Policy loss', 'The policy-gradient part (loss importance_sampling).'],
  ['approx_kl', 'training/approx_kl', 'KL estimate', 'Estimate of the KL to the old policy (loss importance_sampling).'],
  ['avg_ratio', 'actor/avg_ratio', 'Mean ratio', 'Mean of p(new) / p(old) (loss importance_sampling).'],
  ['pg_clipfrac_lower', 'training/pg_clipfrac_dual', 'Dual-clipped', 'Share of tokens at the dual-clip bound (loss NX_20250515_v2).'],
  ['actor/avg_ratio_pos', null, 'Mean ratio, positive', 'Mean of p(new) / p(old) over tokens with a positive advantage.'],
  ['adv_pos_count', 'actor/adv_pos_count', 'Tokens with a positive advantage', 'Trained tokens with a positive advantage.'],
  ['avg_ratio_pos', null, 'Mean ratio, positive', 'Mean of p(new) / p(old) over tokens with a positive advantage.'],
  ['actor/adv_pos_clipfrac', null, 'Clip fraction, positive', 'Share of tokens with a positive advantage whose ratio was clipped.'],
  ['actor/adv_pos_clipfrac_low', null, 'Clip fraction, positive at the lower bound', 'Share of tokens with a positive advantage whose ratio was clipped at the lower bound.'],
  ['actor/adv_pos_clipfrac_high', null, 'Clip fraction, positive at the upper bound', 'Share of tokens with a positive advantage whose ratio was clipped at the upper bound.'],
  ['actor/pos_clip_count', null, 'Clipped tokens, positive', 'Clipped tokens with a positive advantage.'],
  ['actor/adv_pos_loss', null, 'Loss, positive', 'Policy loss over tokens with a positive advantage.'],
  ['actor/adv_pos_kept_count', null, 'Kept tokens, positive', 'Tokens with a positive advantage that were not clipped.'],
  ['actor/avg_ratio_neg', null, 'Mean ratio, negative', 'Mean of p(new) / p(old) over tokens with a negative advantage.'],
  ['adv_neg_count', 'actor/adv_neg_count', 'Tokens with a negative advantage', 'Trained tokens with a negative advantage.'],
  ['avg_ratio_neg', null, 'Mean ratio, negative', 'Mean of p(new) / p(old) over tokens with a negative advantage.'],
  ['actor/adv_neg_clipfrac', null, 'Clip fraction, negative', 'Share of tokens with a negative advantage whose ratio was clipped.'],
  ['actor/adv_neg_clipfrac_low', null, 'Clip fraction, negative at the lower bound', 'Share of tokens with a negative advantage whose ratio was clipped at the lower bound.'],
  ['actor/adv_neg_clipfrac_high', null, 'Clip fraction, negative at the upper bound', 'Share of tokens with a negative advantage whose ratio was clipped at the upper bound.'],
  ['actor/neg_clip_count', null, 'Clipped tokens, negative', 'Clipped tokens with a negative advantage.'],
  ['actor/adv_neg_loss', null, 'Loss, negative', 'Policy loss over tokens with a negative advantage.'],
  ['actor/adv_neg_kept_count', null, 'Kept tokens, negative', 'Tokens with a negative advantage that were not clipped.'],
  ['actor/old_logprob_and_logprob_equal_count', null, 'Unmoved tokens', 'Trained tokens whose log-probability is the old one to the last bit.'],
  ['distill/batch_size', 'training/num_datums', 'Sequences', 'Sequences of the batch.'],
  ['distill/seq_length', null, 'Padded length', 'Width to which the batch is padded.'],
  ['distill/seq_length_mean', 'rollout/seq_length_mean', 'Mean sequence length', 'Mean number of tokens.'],
  ['distill/seq_length_min', 'rollout/seq_length_min', 'Shortest sequence', 'Fewest tokens.'],
  ['distill/seq_length_max', 'rollout/seq_length_max', 'Longest sequence', 'Most tokens.'],
  ['distill/prompt_length_mean', 'prompt_length/mean', 'Mean prompt length', 'Mean number of prompt tokens.'],
  ['distill/prompt_length_min', 'prompt_length/min', 'Shortest prompt', 'Fewest prompt tokens.'],
  ['distill/prompt_length_max', 'prompt_length/max', 'Longest prompt', 'Most prompt tokens.'],
  ['distill/response_length_mean', 'response_length/mean', 'Mean response length', 'Mean number of response tokens.'],
  ['distill/response_length_min', 'response_length/min', 'Shortest response', 'Fewest response tokens.'],
  ['distill/response_length_max', 'response_length/max', 'Longest response', 'Most response tokens.'],
  ['distill/total_loss', 'training/loss', 'Loss', 'Distillation loss less the entropy bonus.'],
  ['distill/reverse_kl_loss', null, 'Reverse KL loss', 'Aggregated log p(student) − log p(teacher).'],
  ['distill/entropy_loss', 'training/entropy', 'Entropy', 'Mean entropy over trained tokens.'],
  ['distill/distillation_coeff', null, 'Distillation weight', 'Weight of the distance to the teacher.'],
  ['distill/entropy_coeff', null, 'Entropy weight', 'Weight of the entropy bonus.'],
  ['distill/grad_norm', 'training/grad_norm', 'Gradient norm', 'Global norm before clipping.'],
  ['distill/lr', 'training/lr', 'Learning rate', 'As the optimizer used it.'],
  ['distill/reverse_kl', 'opd/teacher_kl', 'KL to the teacher', 'Mean of log p(student) − log p(teacher).'],
  ['distill/num_trained_tokens', 'training/tokens', 'Trained tokens', 'Tokens that were trained on.'],
  ['distill/train_token_start_pct', null, 'Train token window, start', 'Bound of the window of tokens that are trained on.'],
  ['distill/train_token_end_pct', null, 'Train token window, end', 'Bound of the window of tokens that are trained on.'],
  ['distill/advantage_start_pct', null, 'Advantage window, start', 'Bound of the window of tokens that are trained on.'],
  ['distill/advantage_end_pct', null, 'Advantage window, end', 'Bound of the window of tokens that are trained on.'],
  ['distill/entropy_start_pct', null, 'Entropy window, start', 'Bound of the window of tokens that are trained on.'],
  ['distill/entropy_end_pct', null, 'Entropy window, end', 'Bound of the window of tokens that are trained on.'],
  ['distill/advantage_mean', 'critic/advantage_mean', 'Advantage mean', 'mean of the advantage over the window of tokens.'],
  ['distill/advantage_std', 'critic/advantage_std', 'Advantage std', 'std of the advantage over the window of tokens.'],
  ['distill/advantage_min', 'critic/advantages/min', 'Advantage min', 'min of the advantage over the window of tokens.'],
  ['distill/advantage_max', 'critic/advantages/max', 'Advantage max', 'max of the advantage over the window of tokens.'],
  ['distill/entropy_mean', 'training/entropy', 'Entropy mean', 'mean of the entropy over the window of tokens.'],
  ['distill/entropy_std', null, 'Entropy std', 'std of the entropy over the window of tokens.'],
  ['distill/entropy_min', null, 'Entropy min', 'min of the entropy over the window of tokens.'],
  ['distill/entropy_max', null, 'Entropy max', 'max of the entropy over the window of tokens.'],
  ['distill/clipfrac', 'actor/pg_clipfrac', 'Clip fraction', 'Share of tokens whose ratio was clipped.'],
  ['distill/clipfrac_low', 'actor/pg_clipfrac_low', 'Clipped low', 'Share of tokens clipped at the lower bound.'],
  ['distill/clipfrac_high', 'actor/pg_clipfrac_high', 'Clipped high', 'Share of tokens clipped at the upper bound.'],
  ['distill/approx_kl', 'training/approx_kl', 'KL estimate', 'Estimate of the KL to the old student.'],
  ['distill/avg_ratio', 'actor/avg_ratio', 'Mean ratio', 'Mean of p(new) / p(old).'],
  ['distill/old_student_perplexity', 'distill/student_perplexity', 'Old student perplexity', 'Perplexity of the student before the update.'],
];

const BY_TOKEN = 'It needs the ratio of every token; training services report means over all of them.';

/** Why a number has no counterpart; the first that fits. */
const ABSENT: readonly (readonly [RegExp, string])[] = [
  [/^timing\/batch_processing$/, 'Part of timing/train.'],
  [/^timing\/training\/training_step$/, 'timing/train and timing/checkpoint together.'],
  [/^training\/global_step$/, 'The step is the abscissa of every point.'],
  [/^(training\/sequence_length|distill\/seq_length)$/, 'Batches are not padded.'],
  [/^prompt_length\/clip_ratio$/, 'Prompts are not cut: too long ones are filtered, or fail.'],
  [/^critic\/average_agent_acc/, 'A rollout has one score, whatever agents took part in it.'],
  [/^critic\/(values|vf_explained_var)/, 'No trainer has a critic.'],
  [/(first|last)_1000_entropy_loss$/, 'Training services report one entropy for all trained tokens.'],
  [/^actor\/pg_loss_sum$/, 'training/pg_loss times training/tokens.'],
  [/^(actor\/entropy_loss_sum|mfu\/actor)$/, 'A constant 0 says nothing.'],
  [/(adv|ratio)_(pos|neg)|(pos|neg)_clip_count|logprob_equal_count/, BY_TOKEN],
  [/^distill\/reverse_kl_loss$/, 'Services report the loss as a whole: training/loss.'],
  [/^distill\/(distillation|entropy)_coeff$/, 'A setting, which stands in the configuration of the run.'],
  [/_(start|end)_pct$/, 'There is no window: every trained token counts.'],
  [/^distill\/entropy_(std|min|max)$/, 'Training services report the mean entropy.'],
];

function absenceOf(name: string, canonical: string | null): string | null {
  return canonical === null ? (ABSENT.find(([names]) => names.test(name))?.[1] ?? null) : null;
}

/** Imported runs come with these names. Those that are the same in both stand in the catalogue alone. */
export const REFERENCE_METRICS: readonly ReferenceMetric[] = ROWS.map(
  ([name, canonical, title, meaning]) => ({
    name,
    canonical,
    title,
    meaning,
    absent: absenceOf(name, canonical),
  }),
);
