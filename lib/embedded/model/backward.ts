import { addWeightGradient, type Engine, fillZero, inputGradient } from './engine';
import { eachSpan, type ForwardPass } from './transformer';

/** Gradients with respect to activations, reused by all layers. */
type Deltas = {
  /** Gradient of the residual stream, updated in place from the last layer to the first. */
  readonly dx: number;
  readonly dNormed: number;
  readonly dAttended: number;
  readonly dQkv: number;
  readonly dUp: number;
};

/**
 * Adds the gradient of all parameters to the block at `gradients`, given the gradient of the asked rows' logits
 * (rows of PADDED_VOCABULARY floats at `dLogits`).
 */
export function backwardPass(engine: Engine, pass: ForwardPass, target: BackwardTarget): void {
  const { kernels, scratch } = engine;
  const { tensors } = engine.layout;
  const { gradients } = target;
  const width = engine.shape.modelWidth;
  const { rows } = pass;
  const deltas = {
    dx: scratch.floats(rows * width),
    dNormed: scratch.floats(rows * width),
    dAttended: scratch.floats(rows * width),
    dQkv: scratch.floats(rows * 3 * width),
    dUp: scratch.floats(rows * 4 * width),
  };
  headBackward(engine, pass, { ...target, dx: deltas.dx });
  for (let index = pass.layers.length - 1; index >= 0; index -= 1) {
    layerBackward(engine, pass, { index, deltas, gradients });
  }
  const into = (offset: number): number => gradients + offset * 4;
  kernels.scatterAdd(pass.tokens, rows, width, deltas.dx, into(tensors.embedding.offset));
  kernels.scatterAdd(pass.positions, rows, width, deltas.dx, into(tensors.position.offset));
}

export type BackwardTarget = { readonly dLogits: number; readonly gradients: number };

function headBackward(engine: Engine, pass: ForwardPass, target: BackwardTarget & { dx: number }): void {
  const { kernels, scratch, layout } = engine;
  const { head, norm } = layout.tensors;
  const width = engine.shape.modelWidth;
  const { asked } = pass;
  const dNormed = scratch.floats(asked * width);
  const dPicked = scratch.floats(asked * width);
  fillZero(engine, dPicked, asked * width);
  fillZero(engine, target.dx, pass.rows * width);
  inputGradient(engine, { tensor: head, rows: asked, x: dNormed, y: target.dLogits });
  addWeightGradient(
    engine,
    { tensor: head, rows: asked, x: pass.normed, y: target.dLogits },
    target.gradients,
  );
  const gain = layout.weights + norm.offset * 4;
  const dGain = target.gradients + norm.offset * 4;
  kernels.rmsNormBackward(pass.picked, gain, pass.inverse, dNormed, dPicked, dGain, asked, width);
  kernels.scatterAdd(pass.askedIndices, asked, width, dPicked, target.dx);
}

type LayerBack = { readonly index: number; readonly deltas: Deltas; readonly gradients: number };

function layerBackward(engine: Engine, pass: ForwardPass, { index, deltas, gradients }: LayerBack): void {
  const act = pass.layers[index];
  const tensors = engine.layout.tensors.layers[index];
  if (!act || !tensors) throw new RangeError(`Layer ${index} does not exist.`);
  const { kernels, layout } = engine;
  const { rows } = pass;
  const width = engine.shape.modelWidth;
  const { dx, dNormed, dAttended, dQkv, dUp } = deltas;
  const gain = (tensor: { readonly offset: number }) =>
    [layout.weights + tensor.offset * 4, gradients + tensor.offset * 4] as const;
  // out = x1 + gelu(norm2(x1)·up)·down
  addWeightGradient(engine, { tensor: tensors.down, rows, x: act.activated, y: dx }, gradients);
  inputGradient(engine, { tensor: tensors.down, rows, x: dUp, y: dx });
  kernels.geluBackward(act.up, dUp, rows * 4 * width);
  addWeightGradient(engine, { tensor: tensors.up, rows, x: act.normed2, y: dUp }, gradients);
  inputGradient(engine, { tensor: tensors.up, rows, x: dNormed, y: dUp });
  const [gain2, dGain2] = gain(tensors.norm2);
  kernels.rmsNormBackward(act.x1, gain2, act.inverse2, dNormed, dx, dGain2, rows, width);
  // x1 = x + attention(norm1(x)·qkv)·out
  addWeightGradient(engine, { tensor: tensors.out, rows, x: act.attended, y: dx }, gradients);
  inputGradient(engine, { tensor: tensors.out, rows, x: dAttended, y: dx });
  eachSpan(engine, { spans: pass.spans, act }, ({ qkv, probabilities, length, padded, rowBytes }) => {
    const from = dAttended + rowBytes * width;
    const to = dQkv + rowBytes * 3 * width;
    const { heads } = engine.shape;
    const sizes = [length, padded, heads, width / heads] as const;
    kernels.attentionBackward(qkv, from, probabilities, to, ...sizes, pass.attentionScratch);
  });
  addWeightGradient(engine, { tensor: tensors.qkv, rows, x: act.normed1, y: dQkv }, gradients);
  inputGradient(engine, { tensor: tensors.qkv, rows, x: dNormed, y: dQkv });
  const [gain1, dGain1] = gain(tensors.norm1);
  kernels.rmsNormBackward(act.x, gain1, act.inverse1, dNormed, dx, dGain1, rows, width);
}
