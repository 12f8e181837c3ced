import { DEEPEST } from '@/lib/recipes/budget';
import { Failure } from '@/lib/recipes/failure';
import { yamlFailure } from './cursor';
import { plainType } from './scalar-type';
import { DEFAULT_HANDLES, type Handles, startDocument } from './directives';
import type { Token } from './token';
import { failAt, TokenStream } from './token-stream';
import { CORE, type YamlMapping, type YamlNode, type YamlSequence } from './yaml-node';

const UNPRINTABLE = /[^\t\n\r\x20-\x7e\u0085\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

type Context = 'block' | 'block-or-list' | 'flow';
type Properties = {
  readonly anchor: Token | null;
  readonly tag: string | null;
  readonly start: number;
  readonly end: number;
};

/** Tokens → one tree of nodes, as PyYAML's parser and composer do. Throws a Failure of class `yaml`. */
export function parseYaml(text: string): YamlNode | null {
  refuseUnprintable(text);
  return new Parser(text).parse();
}

function refuseUnprintable(text: string): void {
  const bad = UNPRINTABLE.exec(text);
  if (bad !== null) {
    const code = (bad[0].codePointAt(0) ?? 0).toString(16).padStart(4, '0').toUpperCase();
    throw yamlFailure(
      `The character U+${code} is not allowed in YAML. Delete it, or write it as an escape in double quotes.`,
      bad.index,
      bad.index + 1,
    );
  }
}

/**
 * A part of a layer. `standsAlone`: it has neither anchors nor aliases, tags nor merge keys, so that nothing in it
 * depends on other parts, nor others on it; nor quotes over several lines, which other readers of YAML end elsewhere.
 */
export function parseBlock(text: string): { readonly root: YamlNode | null; readonly standsAlone: boolean } {
  refuseUnprintable(text);
  const parser = new Parser(text);
  const root = parser.parse();
  return { root, standsAlone: parser.standsAlone };
}

class Parser {
  standsAlone = true;
  private readonly tokens: TokenStream;
  private readonly anchors = new Map<string, YamlNode>();
  private readonly open = new Set<YamlNode>();
  private handles: Handles = DEFAULT_HANDLES;
  private depth = 0;

  private readonly text: string;

  constructor(text: string) {
    this.text = text;
    this.tokens = new TokenStream(text);
  }

  parse(): YamlNode | null {
    if (this.tokens.at('directive', 'document-start', 'stream-end')) {
      const handles = startDocument(this.tokens);
      if (handles === null) return null;
      this.handles = handles;
      if (this.tokens.at('directive', 'document-start', 'document-end', 'stream-end')) {
        const { start } = this.tokens.peek();
        return this.endDocument(this.emptyNode(start));
      }
    }
    return this.endDocument(this.node('block'));
  }

  /** Whatever follows the first document must be the end: a layer is one document. */
  private endDocument(root: YamlNode): YamlNode {
    this.tokens.take('document-end');
    const next = this.tokens.peek();
    if (startDocument(this.tokens) !== null)
      failAt(next, 'A layer is one YAML document; a second one begins here. Delete the separator.');
    return root;
  }

  private emptyNode(offset: number): YamlNode {
    return { kind: 'scalar', tag: `${CORE}null`, text: '', start: offset, end: offset };
  }

  private node(context: Context): YamlNode {
    if (this.tokens.at('alias')) return this.alias(this.tokens.next());
    this.depth += 1;
    if (this.depth > DEEPEST) {
      const { end, start } = this.tokens.peek();
      throw new Failure({
        class: 'cycle',
        message: `Nested more than ${DEEPEST} levels deep.`,
        range: { file: '', start, end },
      });
    }
    const found = this.properties();
    const first = found.anchor === null ? undefined : this.anchors.get(found.anchor.value);
    if (found.anchor !== null && first !== undefined)
      failAt(
        found.anchor,
        `The anchor &${found.anchor.value} is already defined in this file. Choose another name.`,
      );
    const node = this.content(context, found);
    this.depth -= 1;
    return node;
  }

  private alias(found: Token): YamlNode {
    this.standsAlone = false;
    const node = this.anchors.get(found.value);
    if (node === undefined)
      return failAt(found, `The alias *${found.value} has no anchor &${found.value} above it.`);
    if (this.open.has(node))
      throw new Failure({
        class: 'cycle',
        message: `The alias *${found.value} stands inside its own anchor.`,
        range: { file: '', start: found.start, end: found.end },
      });
    return node;
  }

  private properties(): Properties {
    const { start } = this.tokens.peek();
    let end = start;
    let anchor: Token | null = null;
    let tag: string | null = null;
    for (let round = 0; round < 2; round += 1) {
      if (anchor === null && this.tokens.at('anchor')) anchor = this.tokens.next();
      else if (tag === null && this.tokens.at('tag')) {
        const found = this.tokens.next();
        tag = this.tagName(found);
        end = found.end;
      }
    }
    if (anchor !== null || tag !== null) this.standsAlone = false;
    return { anchor, tag, start, end: Math.max(end, anchor?.end ?? end) };
  }

  private tagName(found: Token): string {
    const [handle, suffix] = found.pair ?? [null, '!'];
    if (handle === null) return suffix;
    const prefix = this.handles.get(handle);
    if (prefix === undefined) return failAt(found, `The tag handle ${handle} is not declared.`);
    return prefix + suffix;
  }

  private content(context: Context, found: Properties): YamlNode {
    const { kind } = this.tokens.peek();
    if (kind === 'scalar') return this.scalar(found, this.tokens.next());
    if (kind === '[') return this.sequence(found, 'flow');
    if (kind === '{') return this.mapping(found, 'flow');
    if (kind === 'block-entry' && context === 'block-or-list') return this.sequence(found, 'indentless');
    if (kind === 'block-sequence-start' && context !== 'flow') return this.sequence(found, 'block');
    if (kind === 'block-mapping-start' && context !== 'flow') return this.mapping(found, 'block');
    return this.emptyContent(found);
  }

  /** An anchor or a tag alone stands for an empty value. */
  private emptyContent(found: Properties): YamlNode {
    if (found.anchor === null && found.tag === null) return this.tokens.failExpecting('a value');
    const tag = found.tag === null || found.tag === '!' ? `${CORE}null` : found.tag;
    return this.remember(found, { ...this.emptyNode(found.end), tag, start: found.start });
  }

  private remember<Node extends YamlNode>(found: Properties, node: Node): Node {
    if (found.anchor !== null) this.anchors.set(found.anchor.value, node);
    return node;
  }

  private scalar(found: Properties, content: Token): YamlNode {
    if (!content.plain && this.isQuotedOverLines(content)) this.standsAlone = false;
    const byText = found.tag === '!' || (found.tag === null && content.plain);
    const tag = byText ? CORE + plainType(content.value) : (found.tag ?? `${CORE}str`);
    if (tag === `${CORE}merge`) this.standsAlone = false;
    const start = found.tag === null ? content.start : found.start;
    return this.remember(found, { kind: 'scalar', tag, text: content.value, start, end: content.end });
  }

  private isQuotedOverLines({ start, end }: Token): boolean {
    return /^["'][^]*[\r\n\u0085\u2028\u2029]/.test(this.text.slice(start, end));
  }

  /** A tag belongs to the value's text, an anchor alone does not. */
  private startOf(found: Properties): number {
    return found.tag === null ? this.tokens.peek().start : found.start;
  }

  private sequence(found: Properties, style: 'block' | 'indentless' | 'flow'): YamlNode {
    const tag = found.tag === null || found.tag === '!' ? `${CORE}seq` : found.tag;
    const start = this.startOf(found);
    const fresh: YamlSequence = { kind: 'sequence', tag, items: [], start, end: start };
    const node = this.remember(found, fresh);
    this.open.add(node);
    if (style === 'flow') node.end = this.flowItems(node.items);
    else node.end = this.blockItems(node.items, style === 'indentless');
    this.open.delete(node);
    return node;
  }

  private blockItems(items: YamlNode[], indentless: boolean): number {
    if (!indentless) this.tokens.next();
    let end = 0;
    while (this.tokens.at('block-entry')) {
      const entry = this.tokens.next();
      const isEmpty = indentless
        ? this.tokens.at('block-entry', 'key', 'value', 'block-end')
        : this.tokens.at('block-entry', 'block-end');
      const item = isEmpty ? this.emptyNode(entry.end) : this.node('block');
      items.push(item);
      end = Math.max(item.end, entry.end);
    }
    if (!indentless && !this.tokens.take('block-end'))
      this.tokens.failExpecting('the next list item (-) or a smaller indentation');
    return end;
  }

  private flowItems(items: YamlNode[]): number {
    this.tokens.next();
    while (!this.tokens.at(']')) {
      if (items.length > 0 && !this.tokens.take(',')) this.tokens.failExpecting("',' or ']'");
      if (this.tokens.at('key')) items.push(this.flowPair());
      else if (!this.tokens.at(']')) items.push(this.node('flow'));
      else break;
    }
    return this.tokens.next().end;
  }

  /** `[a: 1]`: a map of one entry without braces. */
  private flowPair(): YamlNode {
    const first = this.tokens.next();
    const key = this.tokens.at('value', ',', ']') ? this.emptyNode(first.end) : this.node('flow');
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
    if (!this.tokens.at('value')) return this.emptyNode(this.tokens.peek().start);
    const mark = this.tokens.next();
    return this.tokens.at(',', close) ? this.emptyNode(mark.end) : this.node('flow');
  }

  private mapping(found: Properties, style: 'block' | 'flow'): YamlNode {
    const tag = found.tag === null || found.tag === '!' ? `${CORE}map` : found.tag;
    const start = this.startOf(found);
    const fresh: YamlMapping = { kind: 'mapping', tag, pairs: [], start, end: start };
    const node = this.remember(found, fresh);
    this.open.add(node);
    node.end = style === 'flow' ? this.flowPairs(node.pairs) : this.blockPairs(node.pairs);
    this.open.delete(node);
    return node;
  }

  private blockPairs(pairs: YamlMapping['pairs']): number {
    let { end } = this.tokens.next();
    while (this.tokens.at('key')) {
      const key = this.blockKey();
      const value = this.blockValue();
      pairs.push([key, value]);
      end = Math.max(key.end, value.end);
    }
    if (!this.tokens.take('block-end')) this.tokens.failExpecting('a key at this indentation');
    return end;
  }

  private blockKey(): YamlNode {
    const mark = this.tokens.next();
    return this.tokens.at('key', 'value', 'block-end')
      ? this.emptyNode(mark.end)
      : this.node('block-or-list');
  }

  private blockValue(): YamlNode {
    if (!this.tokens.at('value')) return this.emptyNode(this.tokens.peek().start);
    const mark = this.tokens.next();
    return this.tokens.at('key', 'value', 'block-end')
      ? this.emptyNode(mark.end)
      : this.node('block-or-list');
  }

  private flowPairs(pairs: YamlMapping['pairs']): number {
    this.tokens.next();
    while (!this.tokens.at('}')) {
      if (pairs.length > 0 && !this.tokens.take(',')) this.tokens.failExpecting("',' or '}'");
      if (this.tokens.at('}')) break;
      if (this.tokens.at('key')) {
        const mark = this.tokens.next();
        const key = this.tokens.at('value', ',', '}') ? this.emptyNode(mark.end) : this.node('flow');
        pairs.push([key, this.flowValue('}')]);
      } else {
        const key = this.node('flow');
        pairs.push([key, this.emptyNode(key.end)]);
      }
    }
    return this.tokens.next().end;
  }
}
