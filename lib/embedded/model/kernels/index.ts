// Written in AssemblyScript (assemblyscript.org), compiled to ../kernels.wasm by scripts/build-kernels.mjs. Pointers
// are byte addresses in the imported shared memory; nothing here allocates or keeps state.
export { gemm, transpose } from './gemm';
export {
  adam,
  embed,
  gather,
  gelu,
  geluBackward,
  reduceShards,
  rmsNorm,
  rmsNormBackward,
  scatterAdd,
} from './elementwise';
export { attention, attentionBackward, attentionDecode } from './attention';
export { bestToken, logSoftmax, logSoftmaxBackward, pickToken } from './vocabulary';
