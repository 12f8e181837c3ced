import { Failure } from '@/lib/recipes/failure';
import { yamlFailure } from './cursor';
import { plainType } from './scalar-type';
import { Scanner } from './scanner';
import { type Token, type TokenKind } from './token';
import { CORE, type YamlNode } from './yaml-node';

/** Python gives up a little above this; the browser's stack would too. */
const DEEPEST = 100;
const UNPRINTABLE = /[^\t\n\r\x20-\x7e\u0085\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

type Context = 'block' | 'block-or-list' | 'flow';
type Properties = {
  readonly anchor: Token | null;
  readonly tag: string | null;
  readonly start: number;
  readonly end: number;
};

const NAMES: Readonly<Partial<Record<TokenKind, string>>> = {
  'stream-end': 'the end of the file',
  'document-start': '---',
  'document-end': '...',
  'block-sequence-start': 'a list',
  'block-mapping-start': 'a key',
  'block-end': 'the end of this block',
  'block-entry': '-',
  value: ':',
  key: 'a key',
  alias: 'an alias',
  anchor: 'an anchor',
  tag: 'a tag',
  scalar: 'a value',
};

/** Tokens → one tree of nodes, as PyYAML's parser and composer do. Throws a Failure of class `yaml`. */
export function parseYaml(text: string): YamlNode | null {
  const bad = UNPRINTABLE.exec(text);
  if (bad !== null) {
    const code = (bad[0].codePointAt(0) ?? 0).toString(16).padStart(4, '0').toUpperCase();
    throw yamlFailure(
      `The character U+${code} is not allowed in YAML. Delete it, or write it as an escape in double quotes.`,
      bad.index,
      bad.index + 1,
    );
  }
  return new Parser(text).parse();
}

class Parser {
  private readonly scanner: Scanner;
  private readonly anchors = new Map<string, YamlNode>();
  private readonly open = new Set<YamlNode>();
  private handles = new Map<string, string>();
  private depth = 0;

  constructor(text: string) {
    this.scanner = new Scanner(text);
    this.resetHandles();
  }

  parse(): YamlNode | null {
    if (!this.at('directive', 'document-start', 'stream-end')) {
      const root = this.node('block');
      this.endDocument();
      return root;
    }
    if (!this.startDocument()) return null;
    const root = this.at('directive', 'document-start', 'document-end', 'stream-end')
      ? this.emptyNode(this.scanner.peek().start)
      : this.node('block');
    this.endDocument();
    return root;
  }

  private at(...kinds: readonly TokenKind[]): boolean {
    return kinds.includes(this.scanner.peek().kind);
  }

  private take(kind: TokenKind): boolean {
    if (this.scanner.peek().kind !== kind) return false;
    this.scanner.next();
    return true;
  }

  private failAt(found: Token, message: string): never {
    throw yamlFailure(message, found.start, Math.max(found.end, found.start + 1));
  }

  private failExpecting(what: string): never {
    const found = this.scanner.peek();
    const name = NAMES[found.kind] ?? found.kind;
    return this.failAt(found, `Expected ${what}, but found ${name}.`);
  }

  private resetHandles(): void {
    this.handles = new Map([
      ['!', '!'],
      ['!!', CORE],
    ]);
  }

  /** Reads directives and `---`; false at the end of the file. */
  private startDocument(): boolean {
    while (this.take('document-end'));
    if (this.at('stream-end')) return false;
    this.resetHandles();
    const seen = new Set<string>();
    while (this.at('directive')) this.directive(this.scanner.next(), seen);
    if (!this.take('document-start')) this.failExpecting('---');
    return true;
  }

  private directive(found: Token, seen: Set<string>): void {
    if (found.pair === null) return;
    const [first, second] = found.pair;
    const name = found.value === 'YAML' ? '%YAML' : (first ?? '');
    if (seen.has(name)) this.failAt(found, 'This directive is given twice.');
    seen.add(name);
    if (found.value === 'YAML' && first !== '1') this.failAt(found, 'Only YAML 1.x can be read.');
    if (found.value === 'TAG') this.handles.set(name, second);
  }

  /** Whatever follows the first document must be the end: a layer is one document. */
  private endDocument(): void {
    this.take('document-end');
    const next = this.scanner.peek();
    if (this.startDocument())
      this.failAt(next, 'A layer is one YAML document; a second one begins here. Delete the separator.');
  }

  private emptyNode(offset: number): YamlNode {
    return { kind: 'scalar', tag: `${CORE}null`, text: '', start: offset, end: offset };
  }

  private node(context: Context): YamlNode {
    if (this.at('alias')) return this.alias(this.scanner.next());
    this.depth += 1;
    if (this.depth > DEEPEST) {
      const { end, start } = this.scanner.peek();
      throw new Failure({
        class: 'cycle',
        message: `Nested more than ${DEEPEST} levels deep.`,
        range: { file: '', start, end },
      });
    }
    const found = this.properties();
    const first = found.anchor === null ? undefined : this.anchors.get(found.anchor.value);
    if (found.anchor !== null && first !== undefined)
      this.failAt(
        found.anchor,
        `The anchor &${found.anchor.value} is already defined in this file. Choose another name.`,
      );
    const node = this.content(context, found);
    this.depth -= 1;
    return node;
  }

  private alias(found: Token): YamlNode {
    const node = this.anchors.get(found.value);
    if (node === undefined)
      return this.failAt(found, `The alias *${found.value} has no anchor &${found.value} above it.`);
    if (this.open.has(node))
      throw new Failure({
        class: 'cycle',
        message: `The alias *${found.value} stands inside its own anchor.`,
        range: { file: '', start: found.start, end: found.end },
      });
    return node;
  }

  private properties(): Properties {
    const { start } = this.scanner.peek();
    let end = start;
    let anchor: Token | null = null;
    let tag: string | null = null;
    for (let round = 0; round < 2; round += 1) {
      if (anchor === null && this.at('anchor')) anchor = this.scanner.next();
      else if (tag === null && this.at('tag')) {
        const found = this.scanner.next();
        tag = this.tagName(found);
        end = found.end;
      }
    }
    return { anchor, tag, start, end: Math.max(end, anchor?.end ?? end) };
  }

  private tagName(found: Token): string {
    const [handle, suffix] = found.pair ?? [null, '!'];
    if (handle === null) return suffix;
    const prefix = this.handles.get(handle);
    if (prefix === undefined) return this.failAt(found, `The tag handle ${handle} is not declared.`);
    return prefix + suffix;
  }

  private content(context: Context, found: Properties): YamlNode {
    if (context === 'block-or-list' && this.at('block-entry')) return this.sequence(found, 'indentless');
    switch (this.scanner.peek().kind) {
      case 'scalar':
        return this.scalar(found, this.scanner.next());
      case '[':
        return this.sequence(found, 'flow');
      case '{':
        return this.mapping(found, 'flow');
      case 'block-sequence-start':
        if (context !== 'flow') return this.sequence(found, 'block');
        break;
      case 'block-mapping-start':
        if (context !== 'flow') return this.mapping(found, 'block');
        break;
      default:
        break;
    }
    if (found.anchor === null && found.tag === null) return this.failExpecting('a value');
    const node = { ...this.emptyNode(found.end), start: found.start };
    return this.remember(found, found.tag === null || found.tag === '!' ? node : { ...node, tag: found.tag });
  }

  private remember<Node extends YamlNode>(found: Properties, node: Node): Node {
    if (found.anchor !== null) this.anchors.set(found.anchor.value, node);
    return node;
  }

  private scalar(found: Properties, content: Token): YamlNode {
    const byText = found.tag === '!' || (found.tag === null && content.plain);
    const tag = byText ? CORE + plainType(content.value) : (found.tag ?? `${CORE}str`);
    const start = found.tag === null ? content.start : found.start;
    return this.remember(found, { kind: 'scalar', tag, text: content.value, start, end: content.end });
  }

  private sequence(found: Properties, style: 'block' | 'indentless' | 'flow'): YamlNode {
    const tag = found.tag === null || found.tag === '!' ? `${CORE}seq` : found.tag;
    const { start } = this.scanner.peek();
    const node = this.remember(found, {
      kind: 'sequence' as const,
      tag,
      items: [] as YamlNode[],
      start,
      end: start,
    });
    this.open.add(node);
    if (style === 'flow') node.end = this.flowItems(node.items);
    else node.end = this.blockItems(node.items, style === 'indentless');
    this.open.delete(node);
    return node;
  }

  private blockItems(items: YamlNode[], indentless: boolean): number {
    if (!indentless) this.scanner.next();
    let end = 0;
    while (this.at('block-entry')) {
      const entry = this.scanner.next();
      const isEmpty = indentless
        ? this.at('block-entry', 'key', 'value', 'block-end')
        : this.at('block-entry', 'block-end');
      const item = isEmpty ? this.emptyNode(entry.end) : this.node('block');
      items.push(item);
      end = Math.max(item.end, entry.end);
    }
    if (!indentless && !this.take('block-end'))
      this.failExpecting('the next list item (-) or a smaller indentation');
    return end;
  }

  private flowItems(items: YamlNode[]): number {
    this.scanner.next();
    while (!this.at(']')) {
      if (items.length > 0 && !this.take(',')) this.failExpecting("',' or ']'");
      if (this.at('key')) items.push(this.flowPair());
      else if (!this.at(']')) items.push(this.node('flow'));
      else break;
    }
    return this.scanner.next().end;
  }

  /** `[a: 1]`: a map of one entry without braces. */
  private flowPair(): YamlNode {
    const first = this.scanner.next();
    const key = this.at('value', ',', ']') ? this.emptyNode(first.end) : this.node('flow');
    const value = this.flowValue(']');
    return {
      kind: 'mapping',
      tag: `${CORE}map`,
      pairs: [[key, value]],
      start: first.start,
      end: Math.max(key.end, value.end),
    };
  }

  private flowValue(close: ']' | '}'): YamlNode {
    if (!this.at('value')) return this.emptyNode(this.scanner.peek().start);
    const mark = this.scanner.next();
    return this.at(',', close) ? this.emptyNode(mark.end) : this.node('flow');
  }

  private mapping(found: Properties, style: 'block' | 'flow'): YamlNode {
    const tag = found.tag === null || found.tag === '!' ? `${CORE}map` : found.tag;
    const { start } = this.scanner.peek();
    const node = this.remember(found, {
      kind: 'mapping' as const,
      tag,
      pairs: [] as [YamlNode, YamlNode][],
      start,
      end: start,
    });
    this.open.add(node);
    node.end = style === 'flow' ? this.flowPairs(node.pairs) : this.blockPairs(node.pairs);
    this.open.delete(node);
    return node;
  }

  private blockPairs(pairs: [YamlNode, YamlNode][]): number {
    let { end } = this.scanner.next();
    while (this.at('key')) {
      const key = this.blockKey();
      const value = this.blockValue();
      pairs.push([key, value]);
      end = Math.max(key.end, value.end);
    }
    if (!this.take('block-end')) this.failExpecting('a key at this indentation');
    return end;
  }

  private blockKey(): YamlNode {
    const mark = this.scanner.next();
    return this.at('key', 'value', 'block-end') ? this.emptyNode(mark.end) : this.node('block-or-list');
  }

  private blockValue(): YamlNode {
    if (!this.at('value')) return this.emptyNode(this.scanner.peek().start);
    const mark = this.scanner.next();
    return this.at('key', 'value', 'block-end') ? this.emptyNode(mark.end) : this.node('block-or-list');
  }

  private flowPairs(pairs: [YamlNode, YamlNode][]): number {
    this.scanner.next();
    while (!this.at('}')) {
      if (pairs.length > 0 && !this.take(',')) this.failExpecting("',' or '}'");
      if (this.at('}')) break;
      if (this.at('key')) {
        const mark = this.scanner.next();
        const key = this.at('value', ',', '}') ? this.emptyNode(mark.end) : this.node('flow');
        pairs.push([key, this.flowValue('}')]);
      } else {
        const key = this.node('flow');
        pairs.push([key, this.emptyNode(key.end)]);
      }
    }
    return this.scanner.next().end;
  }
}
