/** What makes up a training state beside the weights and moments that a service keeps. */
export type StateFacts = {
  /** Weights that were published so far. */
  readonly version: number;
  /** Where the reference model's weights are; null = there is none. */
  readonly reference: string | null;
};

/** The service's own address of a state, with the facts behind it. */
export function stateAddress(path: string, { version, reference }: StateFacts): string {
  const facts = new URLSearchParams({ version: String(version) });
  if (reference !== null) facts.set('reference', reference);
  return `${path}#${facts.toString()}`;
}

export function readStateAddress(address: string): StateFacts & { readonly path: string } {
  const [path = '', facts = ''] = address.split('#');
  const known = new URLSearchParams(facts);
  return { path, version: Number(known.get('version') ?? 0), reference: known.get('reference') };
}
