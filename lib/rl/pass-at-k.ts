/**
 * Chance that at least one of k samples is right, estimated from n samples of which c are: 1 − C(n − c, k) / C(n, k).
 * Unbiased (Chen et al. 2021, arXiv:2107.03374, eq. 1); as a product, since the binomials overflow. Needs 1 ≤ k ≤ n.
 */
export function passAtK(n: number, c: number, k: number): number {
  if (!(k >= 1 && k <= n && c >= 0 && c <= n)) {
    throw new RangeError(`pass@${k} needs 1 ≤ k ≤ n and 0 ≤ c ≤ n; n is ${n}, c is ${c}.`);
  }
  if (n - c < k) return 1;
  let wrong = 1;
  for (let at = n - c + 1; at <= n; at += 1) wrong *= 1 - k / at;
  return 1 - wrong;
}

/** The k for which a number of samples gives pass@k: powers of two, and the number itself. */
export function passKs(samples: number): readonly number[] {
  const ks: number[] = [];
  for (let k = 1; k < samples; k *= 2) ks.push(k);
  return [...ks, samples];
}
