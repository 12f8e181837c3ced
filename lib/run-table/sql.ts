/** A piece of SQL with its arguments, in order. */
export type Sql = { readonly text: string; readonly args: readonly (string | number)[] };

export function sql(text: string, ...args: readonly (string | number)[]): Sql {
  return { text, args };
}

export function join(parts: readonly Sql[], between: string): Sql {
  return { text: parts.map(({ text }) => text).join(between), args: parts.flatMap(({ args }) => args) };
}
