/** Exports of kernels.wasm. Pointers are byte addresses, strides are in floats; the sources in kernels/ say the rest. */
export type Kernels = {
  gemm(
    ...args: [
      a: number,
      rowA: number,
      colA: number,
      b: number,
      ldb: number,
      c: number,
      ldc: number,
      m: number,
      n: number,
      k: number,
      accumulate: number,
    ]
  ): void;
  transpose(
    ...args: [input: number, ldi: number, rows: number, cols: number, out: number, ldo: number]
  ): void;
  embed(
    ...args: [
      tokens: number,
      positions: number,
      rows: number,
      width: number,
      embedding: number,
      positionTable: number,
      out: number,
    ]
  ): void;
  scatterAdd(...args: [indices: number, rows: number, width: number, input: number, table: number]): void;
  gather(...args: [indices: number, rows: number, width: number, input: number, out: number]): void;
  rmsNorm(
    ...args: [x: number, gain: number, out: number, inverse: number, rows: number, width: number]
  ): void;
  rmsNormBackward(
    ...args: [
      x: number,
      gain: number,
      inverse: number,
      dy: number,
      dx: number,
      dgain: number,
      rows: number,
      width: number,
    ]
  ): void;
  gelu(...args: [x: number, out: number, count: number]): void;
  geluBackward(...args: [x: number, d: number, count: number]): void;
  reduceShards(...args: [first: number, stride: number, shards: number, count: number]): number;
  adam(
    ...args: [
      w: number,
      g: number,
      m: number,
      v: number,
      count: number,
      gradScale: number,
      beta1: number,
      beta2: number,
      epsilon: number,
      step1: number,
      inverse2: number,
      decay: number,
    ]
  ): void;
  attention(
    ...args: [
      qkv: number,
      out: number,
      probabilities: number,
      length: number,
      padded: number,
      heads: number,
      headWidth: number,
      scratch: number,
    ]
  ): void;
  attentionBackward(
    ...args: [
      qkv: number,
      dOut: number,
      probabilities: number,
      dqkv: number,
      length: number,
      padded: number,
      heads: number,
      headWidth: number,
      scratch: number,
    ]
  ): void;
  attentionDecode(
    ...args: [
      qkv: number,
      out: number,
      rows: number,
      slots: number,
      positions: number,
      cache: number,
      slotStride: number,
      context: number,
      heads: number,
      headWidth: number,
      scores: number,
    ]
  ): void;
  logSoftmax(
    ...args: [
      logits: number,
      probabilities: number,
      entropies: number,
      rows: number,
      vocabulary: number,
      ld: number,
      inverseTemperature: number,
    ]
  ): void;
  logSoftmaxBackward(
    ...args: [
      logProbabilities: number,
      probabilities: number,
      entropies: number,
      targets: number,
      g: number,
      e: number,
      rows: number,
      ld: number,
      inverseTemperature: number,
    ]
  ): void;
  pickToken(...args: [probabilities: number, vocabulary: number, u: number]): number;
  bestToken(...args: [probabilities: number, vocabulary: number]): number;
};

/** The module is built from kernels/ in this repository, and a test compares the two: one export stands for all. */
function isKernels(exports: object): exports is Kernels {
  return 'gemm' in exports && 'attentionDecode' in exports;
}

/** Kernels that work on `memory`; many instances may share one memory. */
export function instantiateKernels(module: WebAssembly.Module, memory: WebAssembly.Memory): Kernels {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  if (!isKernels(exports)) throw new Error('kernels.wasm is not the embedded learner’s: build it again.');
  return exports;
}
