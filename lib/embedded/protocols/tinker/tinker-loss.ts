import type { Datum, LossSpec } from '@/lib/rl/datum';
import type { ForwardBackwardCall, TinkerDatum } from '@/lib/services/tinker/wire/forward-backward';
import type { Tensor } from '@/lib/services/tinker/wire/tensor';
import { unprocessable } from './tinker-error';

// Tinker's losses are sums over tokens and sequences, at temperature 1, without KL and entropy terms. A tensor's entry i
// belongs to the prediction after model_input[i]; a Datum's entry i to the prediction of tokens[i].

const SUM = { entropyCoefficient: 0, temperature: 1, normalizer: 1 } as const;

type Loss = {
  readonly required: readonly string[];
  readonly optional: readonly string[];
  /** Settings with what they are when not given. */
  readonly config: Readonly<Record<string, number>>;
  readonly spec: (config: Readonly<Record<string, number>>) => LossSpec;
};

const RL = { required: ['target_tokens', 'logprobs', 'advantages'], optional: [] } as const;
const ratios = (config: Readonly<Record<string, number>>) => ({
  clipLow: 1 - (config['clip_low_threshold'] ?? 1),
  clipHigh: (config['clip_high_threshold'] ?? 1) - 1,
});

const LOSSES: Readonly<Record<string, Loss>> = {
  cross_entropy: {
    required: ['target_tokens'],
    // the same datums may be looked at with this loss as were trained on with another
    optional: ['weights', 'logprobs', 'advantages'],
    config: {},
    spec: () => ({ kind: 'cross_entropy', ...SUM }),
  },
  importance_sampling: { ...RL, config: {}, spec: () => ({ kind: 'importance_sampling', ...SUM }) },
  ppo: {
    ...RL,
    config: { clip_low_threshold: 0.8, clip_high_threshold: 1.2 },
    spec: (config) => ({ kind: 'ppo', ...ratios(config), dualClip: null, ...SUM }),
  },
  cispo: {
    ...RL,
    config: { clip_low_threshold: 0, clip_high_threshold: 4 },
    spec: (config) => ({ kind: 'cispo', ...ratios(config), ...SUM }),
  },
};

/** What the learner computes for a call. Throws a `TinkerError` that names datum and field. */
export function prepareLoss(call: ForwardBackwardCall): {
  readonly batch: readonly Datum[];
  readonly loss: LossSpec;
} {
  const loss = LOSSES[call.lossFn];
  if (loss === undefined) {
    const known = Object.keys(LOSSES).join(', ');
    throw unprocessable(`There is no loss ${call.lossFn} here; there are ${known}.`);
  }
  if (call.data.length === 0) throw unprocessable('The request holds no datum.');
  const unknown = Object.keys(call.lossFnConfig).find((name) => !(name in loss.config));
  if (unknown !== undefined) {
    const names = Object.keys(loss.config).join(', ') || 'none';
    throw unprocessable(`loss_fn_config has ${unknown}, but ${call.lossFn} takes: ${names}.`);
  }
  return {
    batch: call.data.map((datum, index) => toDatum(datum, loss, `data[${index}]`)),
    loss: loss.spec({ ...loss.config, ...call.lossFnConfig }),
  };
}

function toDatum({ tokens, inputs }: TinkerDatum, loss: Loss, where: string): Datum {
  const { required } = loss;
  refuseUnknown(inputs, loss, where);
  if (tokens.length === 0) throw unprocessable(`${where}.model_input is empty.`);
  const column = (name: string): readonly number[] | null => {
    const tensor = inputs[name];
    if (tensor === undefined && required.includes(name)) {
      throw unprocessable(`${where}.loss_fn_inputs lacks ${name}.`);
    }
    return tensor === undefined
      ? null
      : checkColumn(tensor, tokens.length, `${where}.loss_fn_inputs.${name}`);
  };
  const targets = column('target_tokens') ?? [];
  refuseStrayed(tokens, targets, where);
  const isPolicy = required.includes('advantages');
  const advantages = isPolicy ? column('advantages') : null;
  const logprobs = isPolicy ? column('logprobs') : null;
  // a token with advantage 0 has loss and gradient 0
  const weights =
    advantages?.map((value) => (value === 0 ? 0 : 1)) ?? column('weights') ?? tokens.map(() => 1);
  return {
    tokens: Int32Array.from([...tokens, targets.at(-1) ?? 0]),
    weights: afterFirst(weights),
    ...(logprobs === null ? {} : { logprobs: afterFirst(logprobs) }),
    ...(advantages === null ? {} : { advantages: afterFirst(advantages) }),
  };
}

function refuseUnknown(inputs: TinkerDatum['inputs'], { required, optional }: Loss, where: string): void {
  const names = [...required, ...optional];
  const extra = Object.keys(inputs).find((name) => !names.includes(name));
  if (extra === undefined) return;
  throw unprocessable(`${where}.loss_fn_inputs has ${extra}; this loss takes ${names.join(', ')}.`);
}

/** The learner predicts the next token of one sequence. */
function refuseStrayed(tokens: readonly number[], targets: readonly number[], where: string): void {
  const strayed = tokens.findIndex((token, at) => at > 0 && token !== targets[at - 1]);
  if (strayed < 0) return;
  throw unprocessable(
    `${where}: target_tokens[${strayed - 1}] is not model_input[${strayed}]. The embedded model is trained on the next token only: target_tokens must be the input shifted by one.`,
  );
}

function checkColumn({ data, shape, sparse }: Tensor, length: number, where: string): readonly number[] {
  if (sparse !== null) throw unprocessable(`${where} is sparse; only dense tensors are taken here.`);
  if (shape !== null && shape.length !== 1) {
    throw unprocessable(`${where} has ${shape.length} dimensions; it must have one.`);
  }
  if (data.length !== length) {
    throw unprocessable(`${where} has ${data.length} entries, but model_input has ${length} tokens.`);
  }
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw unprocessable(`${where}[${bad}] is not a finite number.`);
  return data;
}

const afterFirst = (values: readonly number[]): Float32Array => Float32Array.from([0, ...values]);
