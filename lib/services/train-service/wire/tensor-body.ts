import { z } from 'zod';
import {
  decodeSafetensors,
  encodeSafetensors,
  type NamedTensor,
  type TensorFile,
} from '@/lib/shared/safetensors';

// A body with tensors is a safetensors file; what would be a JSON body stands in its metadata under `json`.

export const TENSOR_TYPE = 'application/x-safetensors';
const JSON_KEY = 'json';

/** `json` still has to be parsed by its own schema. */
export type TensorBody = { readonly json: unknown; readonly tensors: TensorFile['tensors'] };
export const TensorBody = z.custom<TensorBody>((value) => value !== undefined, 'is no body with tensors');

export function encodeTensorBody(json: unknown, tensors: readonly NamedTensor[]): Buffer {
  return Buffer.from(encodeSafetensors(tensors, { [JSON_KEY]: JSON.stringify(json) }).buffer);
}

/** Undefined for what is not such a body. */
export function decodeTensorBody(bytes: Uint8Array): TensorBody | undefined {
  try {
    const { tensors, metadata } = decodeSafetensors(bytes);
    return { json: JSON.parse(metadata[JSON_KEY] ?? 'null'), tensors };
  } catch {
    // whoever asked reports it, as any other body of an unexpected form
    return undefined;
  }
}
