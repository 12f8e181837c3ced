import { type Arena, createArena } from './arena';
import { instantiateKernels, type Kernels } from './kernels';
import { type MemoryLayout, layOutMemory, type Tensor } from './layout';
import type { ModelShape } from './learner';

/** One thread's hands on the model: the shared memory, the kernels over it, and an area of its own. */
export type Engine = {
  readonly shape: ModelShape;
  readonly layout: MemoryLayout;
  readonly kernels: Kernels;
  readonly floats: Float32Array;
  readonly ints: Int32Array;
  readonly scratch: Arena;
};

export type EngineOptions = {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly shape: ModelShape;
  readonly threads: number;
  readonly thread: number;
};

export function createEngine({ module, memory, shape, threads, thread }: EngineOptions): Engine {
  const layout = layOutMemory(shape, threads);
  return {
    shape,
    layout,
    kernels: instantiateKernels(module, memory),
    floats: new Float32Array(memory.buffer),
    ints: new Int32Array(memory.buffer),
    scratch: createArena(layout.scratch + thread * layout.scratchBytes, layout.scratchBytes),
  };
}

export function createModelMemory(shape: ModelShape, threads: number): WebAssembly.Memory {
  const { pages } = layOutMemory(shape, threads);
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
}

export function fillZero(engine: Engine, address: number, count: number): void {
  engine.floats.fill(0, address / 4, address / 4 + count);
}

export function copyFloats(engine: Engine, move: { from: number; to: number; count: number }): void {
  engine.floats.copyWithin(move.to / 4, move.from / 4, move.from / 4 + move.count);
}

export function writeInts(engine: Engine, values: readonly number[]): number {
  const address = engine.scratch.floats(values.length);
  engine.ints.set(values, address / 4);
  return address;
}

/** A matrix applied to `rows` rows at `x`. */
export type Product = {
  readonly tensor: Tensor;
  readonly rows: number;
  readonly x: number;
  readonly y: number;
};

/** y = x·W, or y += x·W. `weights` is the parameter block to read. */
export function multiply(
  engine: Engine,
  { tensor, rows, x, y }: Product,
  { weights, accumulate }: { readonly weights: number; readonly accumulate: boolean },
): void {
  const w = weights + tensor.offset * 4;
  const { rows: inner, columns } = tensor;
  engine.kernels.gemm(x, inner, 1, w, columns, y, columns, rows, columns, inner, accumulate ? 1 : 0);
}

/** dW += xᵀ·dy into a gradient block. */
export function addWeightGradient(
  engine: Engine,
  { tensor, rows, x, y: dy }: Product,
  gradients: number,
): void {
  const to = gradients + tensor.offset * 4;
  const { rows: inner, columns } = tensor;
  engine.kernels.gemm(x, 1, inner, dy, columns, to, columns, inner, columns, rows, 1);
}

/** dx = dy·Wᵀ, from the transposed training weights. */
export function inputGradient(engine: Engine, { tensor, rows, x: dx, y: dy }: Product): void {
  const w = engine.layout.transposed + tensor.offset * 4;
  const { rows: inner, columns } = tensor;
  engine.kernels.gemm(dy, columns, 1, w, inner, dx, inner, rows, inner, columns, 0);
}
