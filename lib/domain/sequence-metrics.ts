import type { MetricInfo } from './metric';
import { family } from './metric-family';

/** Numbers of the reference framework that Galley writes under their own names. */
export const SEQUENCE_METRICS: readonly MetricInfo[] = [
  ...family('reward', [
    [
      'critic/accuracy/mean',
      'Mean accuracy',
      'plain',
      'higher',
      'Mean of the score rounded to a whole number.',
    ],
    [
      'critic/accuracy/max',
      'Highest accuracy',
      'plain',
      'higher',
      'Highest of the score rounded to a whole number.',
    ],
    [
      'critic/accuracy/min',
      'Lowest accuracy',
      'plain',
      'higher',
      'Lowest of the score rounded to a whole number.',
    ],
  ]),
  ...family('length', [
    [
      'rollout/seq_length_mean',
      'Mean sequence length',
      'tokens',
      'none',
      'Mean number of tokens of a sequence, context included.',
    ],
    [
      'rollout/seq_length_max',
      'Longest sequence',
      'tokens',
      'none',
      'Most tokens of a sequence, context included.',
    ],
    [
      'rollout/seq_length_min',
      'Shortest sequence',
      'tokens',
      'none',
      'Fewest tokens of a sequence, context included.',
    ],
  ]),
  ...family('signal', [
    [
      'actor/adv_pos_count',
      'Tokens with a positive advantage',
      'count',
      'none',
      'Trained tokens with a positive advantage.',
    ],
    [
      'actor/adv_neg_count',
      'Tokens with a negative advantage',
      'count',
      'none',
      'Trained tokens with a negative advantage.',
    ],
  ]),
  ...family('training', [
    [
      'distill/teacher_log_prob_mean',
      'Mean teacher logprob',
      'nats',
      'none',
      'Mean log-probability that the teacher gives a trained token.',
    ],
    [
      'distill/teacher_log_prob_min',
      'Lowest teacher logprob',
      'nats',
      'none',
      'Lowest log-probability that the teacher gives a trained token.',
    ],
    [
      'distill/teacher_log_prob_max',
      'Highest teacher logprob',
      'nats',
      'none',
      'Highest log-probability that the teacher gives a trained token.',
    ],
    [
      'distill/student_perplexity',
      'Student perplexity',
      'plain',
      'none',
      'exp of the mean negative log-probability of the student before the update.',
    ],
    [
      'distill/teacher_perplexity',
      'Teacher perplexity',
      'plain',
      'none',
      'exp of the mean negative log-probability of the teacher, on tokens of the student.',
    ],
    [
      'distill/mean_log_prob_diff',
      'Mean logprob difference',
      'nats',
      'none',
      'Mean distance between the log-probabilities of student and teacher, its sign aside.',
    ],
    [
      'distill/max_log_prob_diff',
      'Largest logprob difference',
      'nats',
      'none',
      'Largest such distance at a token.',
    ],
    [
      'distill/avg_trained_tokens_per_sample',
      'Trained tokens per sequence',
      'tokens',
      'none',
      'Mean number of trained tokens of a sequence.',
    ],
  ]),
];
