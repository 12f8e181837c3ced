import { Failure } from '@/lib/recipes/failure';

const BREAKS = '\n\r\u0085\u2028\u2029';
const BLANKS_AND_BREAKS = ` \t${BREAKS}`;

/** Position in a layer's text. YAML 1.1 knows five line breaks; a file's `\r\n` and `\r` read as `\n`. */
export class Cursor {
  readonly text: string;
  offset = 0;
  line = 0;
  private lineStart = 0;
  private readonly hasAstral: boolean;

  constructor(text: string) {
    this.text = text;
    this.hasAstral = /[\uDC00-\uDFFF]/.test(text);
  }

  /** Characters since the line's start; a byte order mark takes no room. */
  get column(): number {
    const width = this.offset - this.lineStart;
    const bom = this.lineStart === 0 && this.text.startsWith('\uFEFF') && this.offset > 0 ? 1 : 0;
    if (!this.hasAstral) return width - bom;
    let low = 0;
    for (let at = this.lineStart; at < this.offset; at += 1) {
      const code = this.text.charCodeAt(at);
      if (code >= 0xdc00 && code <= 0xdfff) low += 1;
    }
    return width - bom - low;
  }

  /** The character `ahead` places on; '' at the end of the text. */
  peek(ahead = 0): string {
    return this.text.charAt(this.offset + ahead);
  }

  /** Whether that character is a line break or the end. */
  isBreak(ahead = 0): boolean {
    return BREAKS.includes(this.peek(ahead));
  }

  /** Whether that character is white space, a line break or the end. */
  isSpace(ahead = 0): boolean {
    return BLANKS_AND_BREAKS.includes(this.peek(ahead));
  }

  get atEnd(): boolean {
    return this.offset >= this.text.length;
  }

  /** Takes what a sticky expression matches here. */
  take(pattern: RegExp): string {
    pattern.lastIndex = this.offset;
    const match = pattern.exec(this.text)?.[0] ?? '';
    this.offset += match.length;
    return match;
  }

  /** Takes one line break and returns it as YAML reads it, or '' when there is none. */
  takeBreak(): string {
    const character = this.peek();
    if (character === '' || !BREAKS.includes(character)) return '';
    this.offset += character === '\r' && this.peek(1) === '\n' ? 2 : 1;
    this.line += 1;
    this.lineStart = this.offset;
    return character === '\u2028' || character === '\u2029' ? character : '\n';
  }

  /** Whether `---` or `...` stands here, at the start of a line. */
  atDocumentMark(mark: '---' | '...'): boolean {
    return this.text.startsWith(mark, this.offset) && this.isSpace(3);
  }

  fail(message: string, start = this.offset): never {
    throw yamlFailure(message, start, Math.max(start + 1, this.offset));
  }
}

/** A YAML error at offsets of the text; the file's name is added by whoever knows it. */
export function yamlFailure(message: string, start: number, end: number): Failure {
  return new Failure({ class: 'yaml', message, range: { file: '', start, end } });
}
