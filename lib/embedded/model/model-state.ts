import { type MemoryLayout, PADDED_VOCABULARY, type Tensor } from './layout';
import type { ModelShape } from './learner';
import { normal } from './random';
import { decodeSafetensors, encodeSafetensors, type TensorFile } from '@/lib/shared/safetensors';
import { VOCABULARY_SIZE } from '@/lib/tokenizers/byte-vocabulary';

const FORMAT = 'galley-embedded-1';
/** Blocks of a saved state, by the prefix of their tensors' names. */
const MOMENTS = ['firstMoments', 'secondMoments'] as const;
const BLOCKS = ['weights', ...MOMENTS] as const;
const REFERENCE = 'reference';

/** Normal values of each tensor's deviation, gains 1, moments 0. The vocabulary's padding stays 0. */
export function initialiseWeights(memory: WebAssembly.Memory, layout: MemoryLayout, seed: number): void {
  const floats = new Float32Array(memory.buffer);
  let counter = 0;
  for (const tensor of layout.tensors.all) {
    const values = view(floats, layout.weights, tensor);
    for (let index = 0; index < values.length; index += 1) {
      counter += 1;
      values[index] = tensor.deviation === null ? 1 : tensor.deviation * normal(seed, counter);
    }
  }
  const { embedding, head } = layout.tensors;
  view(floats, layout.weights, embedding).fill(0, VOCABULARY_SIZE * embedding.columns);
  const headValues = view(floats, layout.weights, head);
  for (let row = 0; row < head.rows; row += 1) {
    headValues.fill(0, row * PADDED_VOCABULARY + VOCABULARY_SIZE, (row + 1) * PADDED_VOCABULARY);
  }
}

function view(floats: Float32Array, block: number, { offset, rows, columns }: Tensor): Float32Array {
  const from = block / 4 + offset;
  return floats.subarray(from, from + rows * columns);
}

/** Weights, Adam moments, the update counter, and the reference weights if there are any; without the optimizer, weights alone. */
export function writeModelState(
  memory: WebAssembly.Memory,
  layout: MemoryLayout,
  record: ModelRecord & { readonly shape: ModelShape; readonly optimizer: boolean },
): Uint8Array {
  const { shape, updates, optimizer } = record;
  const reference = optimizer ? record.reference : null;
  const floats = new Float32Array(memory.buffer);
  const tensors = (optimizer ? BLOCKS : BLOCKS.slice(0, 1)).flatMap((block) =>
    layout.tensors.all.map((tensor) => ({
      name: `${block}.${tensor.name}`,
      shape: [tensor.rows, tensor.columns],
      values: view(floats, layout[block], tensor),
    })),
  );
  if (reference !== null) tensors.push(...layout.tensors.all.map((tensor) => ofReference(tensor, reference)));
  const metadata = { format: FORMAT, updates: String(optimizer ? updates : 0), shape: describe(shape) };
  return encodeSafetensors(tensors, metadata);
}

/** What a state says beside weights and moments. */
export type ModelRecord = {
  readonly updates: number;
  /** Block of the reference model's weights, laid out as the training weights are. */
  readonly reference: Float32Array | null;
};

function ofReference(tensor: Tensor, reference: Float32Array) {
  const { rows, columns } = tensor;
  return {
    name: `${REFERENCE}.${tensor.name}`,
    shape: [rows, columns],
    values: reference.subarray(tensor.offset, tensor.offset + rows * columns),
  };
}

const describe = ({ modelWidth, layers, heads, context }: ModelShape): string =>
  `width ${modelWidth}, layers ${layers}, heads ${heads}, context ${context}`;

/**
 * Replaces weights, moments and counter. Throws, changing nothing, when the state is not of this shape. Moments that are not
 * wanted, or not saved, are 0 and so is the counter.
 */
export function readModelState(
  memory: WebAssembly.Memory,
  layout: MemoryLayout,
  {
    state,
    shape,
    optimizer,
  }: { readonly state: Uint8Array; readonly shape: ModelShape; readonly optimizer: boolean },
): ModelRecord {
  const { tensors, metadata } = decodeSafetensors(state);
  const updates = Number(metadata['updates']);
  if (metadata['format'] !== FORMAT || !Number.isSafeInteger(updates)) {
    throw new Error('The file is not a saved state of an embedded model.');
  }
  if (metadata['shape'] !== describe(shape)) {
    throw new Error(`The saved model has ${metadata['shape']}; this one has ${describe(shape)}.`);
  }
  const floats = new Float32Array(memory.buffer);
  const [first] = layout.tensors.all;
  const hasMoments = first !== undefined && tensors.has(`${MOMENTS[0]}.${first.name}`);
  const blocks = optimizer && hasMoments ? BLOCKS : BLOCKS.slice(0, 1);
  const found = blocks.flatMap((block) =>
    layout.tensors.all.map((tensor) => {
      const values = tensors.get(`${block}.${tensor.name}`);
      if (values?.length !== tensor.rows * tensor.columns) {
        throw new Error(`The saved model lacks ${block}.${tensor.name} of the right size.`);
      }
      return { to: view(floats, layout[block], tensor), values };
    }),
  );
  const reference = readReference(tensors, layout);
  for (const { to, values } of found) to.set(values);
  if (blocks.length > 1) return { updates, reference };
  for (const block of MOMENTS)
    floats.fill(0, layout[block] / 4, layout[block] / 4 + layout.tensors.parameterFloats);
  return { updates: 0, reference };
}

/** Null for a state that was saved without a reference model. */
function readReference(tensors: TensorFile['tensors'], layout: MemoryLayout): Float32Array | null {
  const [first] = layout.tensors.all;
  if (first === undefined || !tensors.has(`${REFERENCE}.${first.name}`)) return null;
  const reference = new Float32Array(layout.tensors.parameterFloats);
  for (const { name, offset, rows, columns } of layout.tensors.all) {
    const values = tensors.get(`${REFERENCE}.${name}`);
    if (values?.length !== rows * columns) {
      throw new Error(`The saved model lacks ${REFERENCE}.${name} of the right size.`);
    }
    reference.set(values, offset);
  }
  return reference;
}
