type Named = string | null | undefined;

/** As far as it is read; `unknown` where another part checks the value. */
type Settings = {
  readonly data: { readonly tokenizer_path?: Named };
  readonly validate?:
    { readonly data?: { readonly tokenizer_path?: Named } | null | undefined } | null | undefined;
  readonly service?:
    | {
        readonly inference_service?:
          { readonly tokenizer?: unknown; readonly model?: Named } | null | undefined;
      }
    | null
    | undefined;
};

/** The tokenizer that counts a recipe's prompts, and the setting that names it: the data's own, else the model's. */
export function tokenizerOf(
  { data, validate, service }: Settings,
  section: 'data' | 'validate.data' = 'data',
): { readonly tokenizer: string | null; readonly tokenizerKey: string } {
  const inference = service?.inference_service;
  const named: readonly (readonly [string, unknown])[] = [
    ...(section === 'data'
      ? []
      : [['validate.data.tokenizer_path', validate?.data?.tokenizer_path] as const]),
    ['data.tokenizer_path', data.tokenizer_path],
    ['service.inference_service.tokenizer', inference?.tokenizer],
    ['service.inference_service.model', inference?.model],
  ];
  for (const [tokenizerKey, tokenizer] of named) {
    if (typeof tokenizer === 'string' && tokenizer !== '') return { tokenizer, tokenizerKey };
  }
  return { tokenizer: null, tokenizerKey: 'data.tokenizer_path' };
}
