import type { PassInput, TensorJson } from '@/lib/services/weaver/wire/requests';
import type { z } from 'zod';
import type { ForwardBackwardCall } from '@/lib/services/tinker/wire/forward-backward';
import { tokensOfJson } from '@/lib/services/tinker/wire/model-input';
import { denseTensor, type Tensor } from '@/lib/services/tinker/wire/tensor';
import { unprocessable } from '../tinker/tinker-error';

type Addressed = { readonly model_id: string; readonly seq_id?: number | null | undefined };

/** Settings that change nothing here while they hold this value; null = whatever they hold. */
const WITHOUT_EFFECT: Readonly<Record<string, number | null>> = {
  enable_debug_dump: null,
  temperature: 1,
  entropy_coeff: 0,
};

/** A pass in the words of the trainer that Tinker's protocol uses too. Throws what is wrong with it. */
export function passCall(
  { model_id, seq_id }: Addressed,
  input: PassInput,
  { forwardOnly }: { readonly forwardOnly: boolean },
): ForwardBackwardCall {
  return {
    modelId: model_id,
    seqId: seq_id ?? null,
    data: input.data.map(({ model_input, loss_fn_inputs }, index) => ({
      tokens: tokensOfJson(model_input),
      inputs: maskedInputs(loss_fn_inputs, `data[${index}]`),
    })),
    lossFn: input.loss_fn === 'forward_logprob' ? 'cross_entropy' : input.loss_fn,
    lossFnConfig: settingsOf(input.loss_fn_config ?? {}),
    forwardOnly,
  };
}

function settingsOf(config: Readonly<Record<string, unknown>>): Readonly<Record<string, number>> {
  const settings = Object.entries(config).filter(([name, value]) => {
    const inert = WITHOUT_EFFECT[name];
    return inert === undefined || (inert !== null && value !== inert);
  });
  return Object.fromEntries(
    settings.map(([name, value]) => {
      if (typeof value === 'number') return [name, value];
      throw unprocessable(`loss_fn_config.${name} is ${JSON.stringify(value)}; a number is taken here.`);
    }),
  );
}

type Inputs = Readonly<Record<string, z.infer<typeof TensorJson>>>;

/** `loss_mask` says which tokens count: the others have no advantage, and no weight. */
function maskedInputs({ loss_mask: mask, ...inputs }: Inputs, where: string): Record<string, Tensor> {
  const counted = inputs['advantages'] === undefined ? 'weights' : 'advantages';
  const tensors = Object.fromEntries(
    Object.entries(inputs).map(([name, tensor]) => [name, tensorOf(tensor)]),
  );
  if (mask === undefined) return tensors;
  const values = tensors[counted]?.data ?? mask.data.map(() => 1);
  if (values.length !== mask.data.length) {
    throw unprocessable(
      `${where}.loss_fn_inputs.loss_mask has ${mask.data.length} entries, not ${values.length}.`,
    );
  }
  const masked = values.map((value, at) => (mask.data[at] === 0 ? 0 : value));
  return { ...tensors, [counted]: denseTensor('float32', masked) };
}

function tensorOf({ data, dtype }: z.infer<typeof TensorJson>): Tensor {
  return denseTensor(
    dtype.startsWith('int') ? 'int64' : 'float32',
    data.map((value) => value ?? NaN),
  );
}
