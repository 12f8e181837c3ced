import { isPlaceholder } from './placeholder';

/** Shapes of known tokens. Each is anchored at a word's beginning and bounded, so a scan stays linear. */
const SHAPES: readonly RegExp[] = [
  /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]{1,8000}?-----END [A-Z ]{0,40}PRIVATE KEY-----/g,
  /(?<![A-Za-z0-9_-])(?:sk|pk|rk|tml)-[A-Za-z0-9_-]{20,200}/g,
  /(?<![A-Za-z0-9_])hf_[A-Za-z0-9]{20,100}/g,
  /(?<![A-Za-z0-9_])gh[pousr]_[A-Za-z0-9]{30,255}/g,
  /(?<![A-Za-z0-9_])github_pat_[A-Za-z0-9_]{30,255}/g,
  /(?<![A-Za-z0-9_-])glpat-[A-Za-z0-9_-]{20,100}/g,
  /(?<![A-Za-z0-9])(?:AKIA|ASIA)[0-9A-Z]{16}(?![0-9A-Za-z])/g,
  /(?<![A-Za-z0-9_-])xox[abeoprs]-[A-Za-z0-9-]{10,250}/g,
  /(?<![A-Za-z0-9_-])AIza[0-9A-Za-z_-]{35}(?![0-9A-Za-z_-])/g,
  /(?<![A-Za-z0-9_-])(?:npm_|pypi-)[A-Za-z0-9_-]{30,250}/g,
  /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{10,1000}/g,
];

/** The password of an address: `https://user:password@host`. */
const ADDRESS = /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@'"${}<>]{1,100}:([^\s/@'"${}<>]{1,200})@/gi;

/** Places of known tokens in a text, in order, not overlapping. */
export function tokenRanges(text: string): readonly { readonly start: number; readonly end: number }[] {
  const shaped = SHAPES.flatMap((shape) =>
    [...text.matchAll(shape)].map(({ 0: token, index }) => ({ start: index, end: index + token.length })),
  );
  const passwords = [...text.matchAll(ADDRESS)].map(({ 0: address, 1: password = '', index }) => {
    const end = index + address.length - 1;
    return { start: end - password.length, end };
  });
  const found = [...shaped, ...passwords]
    .filter(({ start, end }) => !looksMadeUp(text.slice(start, end)))
    .toSorted((a, b) => a.start - b.start || b.end - a.end);
  let reached = 0;
  return found.filter(({ start, end }) => {
    if (start < reached) return false;
    reached = end;
    return true;
  });
}

/** `sk-xxxxxxxxxxxxxxxxxxxxxxxx`, `sk-your-key-goes-in-here`: documentation, not a token. */
function looksMadeUp(token: string): boolean {
  return isPlaceholder(token) || /x{6,}/i.test(token) || /(your|example|placeholder)/i.test(token);
}
