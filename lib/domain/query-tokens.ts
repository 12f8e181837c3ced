// The lexer of what people type to find runs and rollouts: words, and conditions such as `reward>=0.5` or `tag:baseline`.

export const COMPARISONS = ['=', '!=', '>=', '<=', '>', '<'] as const;
export type Comparison = (typeof COMPARISONS)[number];

export type QueryToken = {
  /** The whole without quotes, for where it is a word after all. */
  readonly text: string;
  /** Null where the token has no sign. */
  readonly condition: {
    readonly name: string;
    readonly sign: Comparison | ':';
    readonly value: string;
  } | null;
};

/** A quoted part may hold blanks: `name:"two words"`. */
const TOKEN = /(?:[^\s"]+|"[^"]*"?)+/g;
const CONDITION = /^([A-Za-z_][\w./@[\]-]*?)(!=|>=|<=|:|=|>|<)(.*)$/s;
const SIGNS = [...COMPARISONS, ':'] as const;

/** Never throws: half a query, as one types it, is a query. */
export function queryTokens(text: string): readonly QueryToken[] {
  return [...text.matchAll(TOKEN)].map(([token]) => {
    const [, name = '', typed = '', value = ''] = CONDITION.exec(token) ?? [];
    const sign = SIGNS.find((one) => one === typed);
    const condition = sign === undefined ? null : { name, sign, value: unquoted(value) };
    return { text: unquoted(token), condition };
  });
}

function unquoted(text: string): string {
  return text.replaceAll('"', '');
}

export function isOneOf<T extends string>(values: readonly T[], value: string): value is T {
  return values.some((one) => one === value);
}
