const USUAL = ['reward_model.ground_truth', 'ground_truth', 'answer'];

type Row = Readonly<Record<string, unknown>>;

/** The right answer of a row as it is stored. Throws when the row has none. */
export function truthOf(data: Row, answerKey: string | null): unknown {
  const keys = answerKey === null ? USUAL : [answerKey];
  for (const key of keys) {
    const value = valueAt(data, key);
    if (value !== undefined && value !== null) return value;
  }
  throw new Error(
    `The row has no right answer in ${keys.join(', ')}. It has ${Object.keys(data).join(', ')}; name the column with evaluator_args.answer_key.`,
  );
}

/** The right answer as text: numbers and booleans as JSON writes them. */
export function truthTextOf(data: Row, answerKey: string | null): string {
  const truth = truthOf(data, answerKey);
  if (typeof truth === 'string') return truth;
  return JSON.stringify(truth);
}

/** A column, or with dots what is inside one; a column whose own name has dots goes first. */
export function valueAt(data: Row, key: string): unknown {
  if (key in data) return data[key];
  let value: unknown = data;
  for (const part of key.split('.')) {
    if (typeof value !== 'object' || value === null || !(part in value)) return undefined;
    value = Reflect.get(value, part);
  }
  return value;
}
