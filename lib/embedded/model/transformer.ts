import { copyFloats, type Engine, multiply, writeInts } from './engine';
import { type LayerTensors, PADDED_VOCABULARY, roundUp8 } from './layout';

// A pre-norm decoder: x += attention(norm(x)); x += gelu(norm(x)·up)·down; logits = norm(x)·head. The positions of
// several sequences lie below each other as rows; only attention knows where a sequence starts. The backward pass is
// the chain rule written out for each of these lines and is pinned by a finite-difference test.

/** Addresses of what one layer computed; the names follow the formulas above. */
export type LayerActivations = {
  readonly x: number;
  readonly normed1: number;
  readonly inverse1: number;
  readonly qkv: number;
  readonly attended: number;
  readonly x1: number;
  readonly normed2: number;
  readonly inverse2: number;
  readonly up: number;
  readonly activated: number;
};

/** Rows start … start + length − 1 belong to one sequence, from its position 0. */
export type Span = { readonly start: number; readonly length: number };

export type ForwardInput = {
  readonly tokens: readonly number[];
  readonly spans: readonly Span[];
  /** Rows whose next token is asked for, ascending. */
  readonly askedRows: readonly number[];
};

type TrainingLayer = LayerActivations & {
  /** Attention probabilities, one block per span. */
  readonly probabilities: number;
};

/** What the backward pass needs, and where the logits of the asked rows lie. */
export type ForwardPass = {
  readonly rows: number;
  readonly spans: readonly Span[];
  readonly tokens: number;
  readonly positions: number;
  readonly layers: readonly TrainingLayer[];
  readonly attentionScratch: number;
  readonly asked: number;
  readonly askedIndices: number;
  readonly picked: number;
  readonly normed: number;
  readonly inverse: number;
  readonly logits: number;
};

export function allocateLayer(engine: Engine, rows: number, x: number): LayerActivations {
  const floats = (perRow: number): number => engine.scratch.floats(rows * perRow);
  const width = engine.shape.modelWidth;
  return {
    x,
    normed1: floats(width),
    inverse1: floats(1),
    qkv: floats(3 * width),
    attended: floats(width),
    x1: floats(width),
    normed2: floats(width),
    inverse2: floats(1),
    up: floats(4 * width),
    activated: floats(4 * width),
  };
}

export type LayerRun = {
  readonly rows: number;
  readonly tensors: LayerTensors;
  readonly act: LayerActivations;
  /** Parameter block to read. */
  readonly weights: number;
  readonly out: number;
  /** Turns act.qkv into act.attended. */
  readonly attend: () => void;
};

/** One layer, from act.x to `out`; training and decoding differ in `attend` only. */
export function runLayer(engine: Engine, { rows, tensors, act, weights, out, attend }: LayerRun): void {
  const { kernels } = engine;
  const width = engine.shape.modelWidth;
  const replace = { weights, accumulate: false };
  const add = { weights, accumulate: true };
  kernels.rmsNorm(act.x, weights + tensors.norm1.offset * 4, act.normed1, act.inverse1, rows, width);
  multiply(engine, { tensor: tensors.qkv, rows, x: act.normed1, y: act.qkv }, replace);
  attend();
  copyFloats(engine, { from: act.x, to: act.x1, count: rows * width });
  multiply(engine, { tensor: tensors.out, rows, x: act.attended, y: act.x1 }, add);
  kernels.rmsNorm(act.x1, weights + tensors.norm2.offset * 4, act.normed2, act.inverse2, rows, width);
  multiply(engine, { tensor: tensors.up, rows, x: act.normed2, y: act.up }, replace);
  kernels.gelu(act.up, act.activated, rows * 4 * width);
  copyFloats(engine, { from: act.x1, to: out, count: rows * width });
  multiply(engine, { tensor: tensors.down, rows, x: act.activated, y: out }, add);
}

/** Forward pass with the training weights. Everything lies in the engine's scratch area until that is reset. */
export function forwardPass(engine: Engine, { tokens, spans, askedRows }: ForwardInput): ForwardPass {
  const { scratch, shape } = engine;
  const { weights, tensors } = engine.layout;
  const rows = tokens.length;
  const placed = {
    tokens: writeInts(engine, tokens),
    positions: writeInts(
      engine,
      spans.flatMap(({ length }) => [...Array(length).keys()]),
    ),
  };
  const attentionScratch = scratch.floats((shape.modelWidth / shape.heads + shape.context) * shape.context);
  const probabilityFloats =
    spans.reduce((sum, { length }) => sum + length * roundUp8(length), 0) * shape.heads;
  let x = embedRows(engine, { ...placed, rows, weights });
  const layers = tensors.layers.map((layerTensors) => {
    const act = { ...allocateLayer(engine, rows, x), probabilities: scratch.floats(probabilityFloats) };
    const out = scratch.floats(rows * shape.modelWidth);
    const attend = (): void => {
      eachSpan(engine, { spans, act }, ({ qkv, attended, probabilities, length, padded }) => {
        const { heads, modelWidth } = shape;
        const sizes = [length, padded, heads, modelWidth / heads] as const;
        engine.kernels.attention(qkv, attended, probabilities, ...sizes, attentionScratch);
      });
    };
    runLayer(engine, { rows, tensors: layerTensors, act, weights, out, attend });
    x = out;
    return act;
  });
  return { rows, spans, ...placed, layers, attentionScratch, ...askLogits(engine, x, askedRows) };
}

type Embedding = { tokens: number; positions: number; rows: number; weights: number };

/** Address of `rows` rows: token embedding plus position embedding. */
export function embedRows(engine: Engine, { tokens, positions, rows, weights }: Embedding): number {
  const { embedding, position } = engine.layout.tensors;
  const width = engine.shape.modelWidth;
  const x = engine.scratch.floats(rows * width);
  const tables = [weights + embedding.offset * 4, weights + position.offset * 4] as const;
  engine.kernels.embed(tokens, positions, rows, width, ...tables, x);
  return x;
}

function askLogits(engine: Engine, x: number, askedRows: readonly number[]) {
  const { kernels, scratch, shape } = engine;
  const { weights, tensors } = engine.layout;
  const width = shape.modelWidth;
  const asked = askedRows.length;
  const askedIndices = writeInts(engine, askedRows);
  const picked = scratch.floats(asked * width);
  const normed = scratch.floats(asked * width);
  const inverse = scratch.floats(asked);
  const logits = scratch.floats(asked * PADDED_VOCABULARY);
  kernels.gather(askedIndices, asked, width, x, picked);
  kernels.rmsNorm(picked, weights + tensors.norm.offset * 4, normed, inverse, asked, width);
  multiply(
    engine,
    { tensor: tensors.head, rows: asked, x: normed, y: logits },
    { weights, accumulate: false },
  );
  return { asked, askedIndices, picked, normed, inverse, logits };
}

type SpanAddresses = {
  readonly qkv: number;
  readonly attended: number;
  readonly probabilities: number;
  readonly length: number;
  readonly padded: number;
  /** Bytes from a one-float-per-row array's start to the span's first row. */
  readonly rowBytes: number;
};

/** Calls `visit` with the addresses of each span within a layer's activations. */
export function eachSpan(
  engine: Engine,
  { spans, act }: { readonly spans: readonly Span[]; readonly act: TrainingLayer },
  visit: (span: SpanAddresses) => void,
): void {
  const { heads, modelWidth } = engine.shape;
  let probabilities = act.probabilities;
  for (const { start, length } of spans) {
    const rowBytes = start * 4;
    const padded = roundUp8(length);
    const qkv = act.qkv + rowBytes * 3 * modelWidth;
    visit({ qkv, attended: act.attended + rowBytes * modelWidth, probabilities, length, padded, rowBytes });
    probabilities += heads * length * padded * 4;
  }
}
