// What str.isspace() calls space: unlike String.trim it has the separators 0x1c to 0x1f and 0x85, and not 0xfeff.
const SPACE = String.raw`[\t-\r\x1c- \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]`;
const ENDS = new RegExp(`^${SPACE}+|${SPACE}+$`, 'g');

/** Python's `str.strip()`. */
export function pythonStrip(text: string): string {
  return text.replace(ENDS, '');
}
