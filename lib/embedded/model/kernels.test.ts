import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { compileKernels } from '@/scripts/build-kernels.mjs';
import { createArena } from './arena';
import { instantiateKernels } from './kernels';
import { loadKernelModule } from './model-files';
import { uniform } from './random';

test('compiling the kernels again gives the committed bytes', { timeout: 120_000 }, async () => {
  const committed = await readFile(new URL('./kernels.wasm', import.meta.url));
  expect(Buffer.compare(Buffer.from(await compileKernels()), committed)).toBe(0);
});

async function prepare() {
  const memory = new WebAssembly.Memory({ initial: 16, maximum: 16, shared: true });
  const kernels = instantiateKernels(await loadKernelModule(), memory);
  const floats = new Float32Array(memory.buffer);
  const arena = createArena(1024, 15 * 65_536);
  const place = (values: readonly number[]): number => {
    const address = arena.floats(values.length);
    floats.set(values, address / 4);
    return address;
  };
  const read = (address: number, count: number): number[] => [
    ...floats.subarray(address / 4, address / 4 + count),
  ];
  return { kernels, arena, place, read };
}

const numbers = (seed: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => uniform(seed, index) - 0.5);

test.each([
  [1, 8, 5],
  [4, 16, 8],
  [7, 24, 33],
  [13, 8, 1],
])(
  'a matrix product of %i×%i over %i is the sum of products, for A as stored and transposed',
  async (...size) => {
    const { kernels, arena, place, read } = await prepare();
    const [m, n, k] = size;
    const a = numbers(1, m * k);
    const b = numbers(2, k * n);
    const expected = Array.from({ length: m * n }, (_, index) => {
      const [row, column] = [Math.floor(index / n), index % n];
      let sum = 0;
      for (let p = 0; p < k; p += 1) sum += (a[row * k + p] ?? 0) * (b[p * n + column] ?? 0);
      return sum;
    });
    const stored = place(a);
    const transposed = arena.floats(m * k + 8 * k);
    kernels.transpose(stored, k, m, k, transposed, m);
    const [right, out] = [place(b), arena.floats(m * n)];
    kernels.gemm(stored, k, 1, right, n, out, n, m, n, k, 0);
    const direct = read(out, m * n);
    for (const [index, value] of direct.entries()) expect(value).toBeCloseTo(expected[index] ?? NaN, 5);
    kernels.gemm(transposed, 1, m, right, n, out, n, m, n, k, 0);
    expect(read(out, m * n)).toEqual(direct);
    kernels.gemm(stored, k, 1, right, n, out, n, m, n, k, 1);
    expect(read(out, m * n)).toEqual(direct.map((value) => Math.fround(2 * value)));
  },
);

test('log-probabilities, probabilities and entropy belong to one distribution', async () => {
  const { kernels, arena, place, read } = await prepare();
  const logits = numbers(3, 16).map((value) => 20 * value);
  const [z, p, h] = [place(logits), arena.floats(16), arena.floats(1)];
  kernels.logSoftmax(z, p, h, 1, 13, 16, 0.5);
  const weights = logits.slice(0, 13).map((value) => Math.exp(value / 2));
  const sum = weights.reduce((a, b) => a + b, 0);
  const expected = weights.map((weight) => weight / sum);
  for (const [index, value] of read(p, 13).entries()) expect(value).toBeCloseTo(expected[index] ?? NaN, 6);
  for (const [index, value] of read(z, 13).entries()) {
    expect(value).toBeCloseTo(Math.log(expected[index] ?? NaN), 5);
  }
  expect(read(p + 13 * 4, 3)).toEqual([0, 0, 0]);
  const entropy = -expected.reduce((total, value) => total + value * Math.log(value), 0);
  expect(read(h, 1)[0]).toBeCloseTo(entropy, 5);
});

test('drawn tokens follow the probabilities', async () => {
  const { kernels, place } = await prepare();
  const address = place([0, 0.25, 0, 0.5, 0.25, 0, 0, 0]);
  expect(kernels.bestToken(address, 8)).toBe(3);
  const counts = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let draw = 0; draw < 4000; draw += 1) {
    const token = kernels.pickToken(address, 8, uniform(9, draw));
    counts[token] = (counts[token] ?? 0) + 1;
  }
  expect(counts.filter((count) => count > 0)).toHaveLength(3);
  expect(counts[3]).toBeGreaterThan(1850);
  expect(counts[3]).toBeLessThan(2150);
  expect(kernels.pickToken(address, 8, 0.9999999999)).toBe(4);
});
