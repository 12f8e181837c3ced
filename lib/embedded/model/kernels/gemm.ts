// Matrix product on 128-bit SIMD. Every element of C is one sum over k in ascending order, whatever tile it falls
// into, so a row's result does not depend on the other rows: decoding one token at a time gives the same bits as
// the training forward pass, and any split of the rows over threads gives the same bits too.

/**
 * C[m×n] = A[m×k]·B[k×n], or C += A·B with `accumulate`. Element (i, p) of A lies at a + 4·(i·rowA + p·colA), so A
 * may be read transposed; B and C are row-major with leading dimensions ldb, ldc. Strides are in floats; n is a
 * multiple of 8.
 */
export function gemm(
  a: usize,
  rowA: i32,
  colA: i32,
  b: usize,
  ldb: i32,
  c: usize,
  ldc: i32,
  m: i32,
  n: i32,
  k: i32,
  accumulate: i32,
): void {
  const rowBytes = (<usize>rowA) << 2;
  const colBytes = (<usize>colA) << 2;
  const bBytes = (<usize>ldb) << 2;
  const cBytes = (<usize>ldc) << 2;
  for (let j = 0; j < n; j += 8) {
    const bj = b + ((<usize>j) << 2);
    const cj = c + ((<usize>j) << 2);
    let i = 0;
    for (; i + 4 <= m; i += 4) {
      tile4x8(
        a + <usize>i * rowBytes,
        rowBytes,
        colBytes,
        bj,
        bBytes,
        cj + <usize>i * cBytes,
        cBytes,
        k,
        accumulate,
      );
    }
    for (; i < m; i++) {
      tile1x8(a + <usize>i * rowBytes, colBytes, bj, bBytes, cj + <usize>i * cBytes, k, accumulate);
    }
  }
}

function tile4x8(
  a: usize,
  rowA: usize,
  colA: usize,
  b: usize,
  ldb: usize,
  c: usize,
  ldc: usize,
  k: i32,
  accumulate: i32,
): void {
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0);
  let c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0);
  let c31 = f32x4.splat(0);
  let a1 = a + rowA;
  let a2 = a1 + rowA;
  let a3 = a2 + rowA;
  for (let p = 0; p < k; p++) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const x0 = v128.load32_splat(a);
    c00 = f32x4.add(c00, f32x4.mul(x0, b0));
    c01 = f32x4.add(c01, f32x4.mul(x0, b1));
    const x1 = v128.load32_splat(a1);
    c10 = f32x4.add(c10, f32x4.mul(x1, b0));
    c11 = f32x4.add(c11, f32x4.mul(x1, b1));
    const x2 = v128.load32_splat(a2);
    c20 = f32x4.add(c20, f32x4.mul(x2, b0));
    c21 = f32x4.add(c21, f32x4.mul(x2, b1));
    const x3 = v128.load32_splat(a3);
    c30 = f32x4.add(c30, f32x4.mul(x3, b0));
    c31 = f32x4.add(c31, f32x4.mul(x3, b1));
    a += colA;
    a1 += colA;
    a2 += colA;
    a3 += colA;
    b += ldb;
  }
  put(c, c00, c01, accumulate);
  put(c + ldc, c10, c11, accumulate);
  put(c + (ldc << 1), c20, c21, accumulate);
  put(c + ldc * 3, c30, c31, accumulate);
}

function tile1x8(a: usize, colA: usize, b: usize, ldb: usize, c: usize, k: i32, accumulate: i32): void {
  let c0 = f32x4.splat(0);
  let c1 = f32x4.splat(0);
  for (let p = 0; p < k; p++) {
    const a0 = v128.load32_splat(a);
    c0 = f32x4.add(c0, f32x4.mul(a0, v128.load(b)));
    c1 = f32x4.add(c1, f32x4.mul(a0, v128.load(b, 16)));
    a += colA;
    b += ldb;
  }
  put(c, c0, c1, accumulate);
}

function put(c: usize, c0: v128, c1: v128, accumulate: i32): void {
  if (accumulate) {
    c0 = f32x4.add(v128.load(c), c0);
    c1 = f32x4.add(v128.load(c, 16), c1);
  }
  v128.store(c, c0);
  v128.store(c, c1, 16);
}

/** out[cols×ldo] = in[rows×ldi]ᵀ; columns rows…ldo−1 of `out` are set to 0. Strides are in floats. */
export function transpose(input: usize, ldi: i32, rows: i32, cols: i32, out: usize, ldo: i32): void {
  for (let c = 0; c < cols; c++) {
    const to = out + ((<usize>(c * ldo)) << 2);
    let from = input + ((<usize>c) << 2);
    for (let r = 0; r < rows; r++) {
      store<f32>(to + ((<usize>r) << 2), load<f32>(from));
      from += (<usize>ldi) << 2;
    }
    for (let r = rows; r < ldo; r++) store<f32>(to + ((<usize>r) << 2), 0);
  }
}
