import { type ConfigKey, type ConfigScalar, keyIdentity } from '@/lib/recipes/config-value';
import { yamlFailure } from './cursor';
import type { LayerEntry, LayerNode } from './layer-node';
import { boolOf, floatOf, intOf } from './scalar-type';
import { CORE, type YamlMapping, type YamlNode } from './yaml-node';

const PATH_TAG = /^tag:yaml\.org,2002:python\/object\/apply:pathlib\.(?:Path|PosixPath|WindowsPath)$/;

/** YAML tree → typed values: tags, `<<`, duplicate keys. An anchor's value is built once and shared. */
export function constructLayer(root: YamlNode): LayerNode {
  return new Constructor().node(root);
}

function failAt(node: YamlNode, message: string): never {
  throw yamlFailure(message, node.start, Math.max(node.end, node.start + 1));
}

/** The text of a node that must be a scalar; a map lends the value of its `=` key. */
function textOf(node: YamlNode): string {
  if (node.kind === 'scalar') return node.text;
  if (node.kind === 'mapping')
    for (const [key, value] of node.pairs) if (key.tag === `${CORE}value`) return textOf(value);
  return failAt(node, 'This tag needs a plain value, not a list or a map.');
}

function bytesOf(node: YamlNode, text: string): ConfigScalar {
  try {
    return { kind: 'bytes', value: btoa(atob(text.replaceAll(/[^A-Za-z0-9+/=]/g, ''))) };
  } catch {
    return failAt(node, 'This !!binary value is not base64.');
  }
}

function scalarOf(node: YamlNode, type: string): ConfigScalar | null {
  switch (type) {
    case 'str':
      return { kind: 'string', value: textOf(node) };
    case 'null':
      textOf(node);
      return { kind: 'null' };
    case 'binary':
      return bytesOf(node, textOf(node));
    case 'bool': {
      const value = boolOf(textOf(node));
      return value === null ? null : { kind: 'bool', value };
    }
    case 'int': {
      const value = intOf(textOf(node));
      return value === null ? null : { kind: 'int', value };
    }
    case 'float': {
      const value = floatOf(textOf(node));
      return value === null ? null : { kind: 'float', value };
    }
    default:
      return null;
  }
}

class Constructor {
  private readonly built = new Map<YamlNode, LayerNode>();
  private readonly flat = new Set<YamlMapping>();

  node(node: YamlNode): LayerNode {
    const known = this.built.get(node);
    if (known !== undefined) return known;
    const made = this.make(node);
    this.built.set(node, made);
    return made;
  }

  private make(node: YamlNode): LayerNode {
    const { end, start } = node;
    if (PATH_TAG.test(node.tag)) return { kind: 'scalar', value: this.path(node), start, end };
    const type = node.tag.startsWith(CORE) ? node.tag.slice(CORE.length) : null;
    switch (type) {
      case 'seq':
        if (node.kind !== 'sequence') return failAt(node, '!!seq needs a list.');
        return { kind: 'list', items: node.items.map((item) => this.node(item)), start, end };
      case 'map':
        if (node.kind !== 'mapping') return failAt(node, '!!map needs a map.');
        return { kind: 'map', entries: this.entries(node), start, end };
      case 'omap':
      case 'pairs':
        return { kind: 'list', items: this.pairs(node), start, end };
      case 'set':
      case 'timestamp':
        return this.unsupported(node, type);
      case null:
        return failAt(node, `The tag ${node.tag} is unknown here. Remove it.`);
      default:
        return { kind: 'scalar', value: this.scalar(node, type), start, end };
    }
  }

  /** Types that PyYAML reads and OmegaConf refuses. */
  private unsupported(node: YamlNode, type: 'set' | 'timestamp'): LayerNode {
    if (type === 'set' && node.kind !== 'mapping') failAt(node, '!!set needs a map.');
    if (node.kind === 'mapping') this.entries(node);
    return { kind: 'unsupported', name: `!!${type}`, start: node.start, end: node.end };
  }

  private scalar(node: YamlNode, type: string): ConfigScalar {
    const value = scalarOf(node, type);
    if (value !== null) return value;
    if (type === 'value') return failAt(node, 'A lone = has a meaning of its own in YAML. Put it in quotes.');
    if (type === 'merge')
      return failAt(node, 'A lone << has a meaning of its own in YAML. Put it in quotes.');
    if (node.kind === 'scalar' && ['bool', 'float', 'int'].includes(type))
      return failAt(node, `"${node.text}" is not a valid ${type}. Put it in quotes if it is text.`);
    return failAt(node, `The tag !!${type} is unknown here. Remove it.`);
  }

  private path(node: YamlNode): ConfigScalar {
    if (node.kind !== 'sequence') return failAt(node, 'A path is written as a list of its parts.');
    const parts = node.items.map(textOf).filter((part) => part !== '' && part !== '.');
    const joined = parts.reduce(
      (path, part) =>
        part.startsWith('/') ? part : `${path}${path === '' || path.endsWith('/') ? '' : '/'}${part}`,
      '',
    );
    return { kind: 'path', value: joined.replaceAll(/\/+/g, '/').replace(/(?<=.)\/$/, '') || '.' };
  }

  /** `!!omap` and `!!pairs`: a list of [key, value]. */
  private pairs(node: YamlNode): LayerNode[] {
    if (node.kind !== 'sequence')
      return failAt(node, 'An ordered map is written as a list of one-entry maps.');
    return node.items.map((item) => {
      const pair = item.kind === 'mapping' && item.pairs.length === 1 ? item.pairs[0] : undefined;
      if (pair === undefined) return failAt(item, 'Each item of an ordered map holds exactly one key.');
      return {
        kind: 'list',
        items: [this.node(pair[0]), this.node(pair[1])],
        start: item.start,
        end: item.end,
      };
    });
  }

  private entries(node: YamlMapping): LayerEntry[] {
    this.refuseDuplicates(node);
    this.flatten(node);
    const entries = new Map<string, LayerEntry>();
    for (const [keyNode, valueNode] of node.pairs) {
      const key = this.key(keyNode);
      const value = this.node(valueNode);
      const identity = keyIdentity(key);
      const first = entries.get(identity)?.key ?? key;
      entries.set(identity, { key: first, keyStart: keyNode.start, keyEnd: keyNode.end, value });
    }
    return [...entries.values()];
  }

  /** Only string keys are checked: `{1: a, 1: b}` keeps the last, as the reference does. */
  private refuseDuplicates(node: YamlMapping): void {
    const seen = new Set<string>();
    for (const [key] of node.pairs) {
      if (key.tag !== `${CORE}str`) continue;
      const text = textOf(key);
      if (seen.has(text)) failAt(key, `The key "${text}" is already set in this map. Keep one of the two.`);
      seen.add(text);
    }
  }

  private key(node: YamlNode): ConfigKey {
    if (node.tag === `${CORE}value` && node.kind === 'scalar') return { kind: 'string', value: node.text };
    const made = this.node(node);
    if (made.kind !== 'scalar' || made.value.kind === 'path')
      return failAt(node, 'A list or a map cannot be a key.');
    return made.value;
  }

  /** Replaces `<<` by what it stands for: merged pairs first, own pairs after, so own values win. */
  private flatten(node: YamlMapping): void {
    if (this.flat.has(node)) return;
    this.flat.add(node);
    const own: (readonly [YamlNode, YamlNode])[] = [];
    const merged: (readonly [YamlNode, YamlNode])[] = [];
    for (const pair of node.pairs) {
      if (pair[0].tag === `${CORE}merge`) merged.push(...this.mergedPairs(pair[1]));
      else own.push(pair);
    }
    node.pairs = [...merged, ...own];
  }

  private mergedPairs(value: YamlNode): (readonly [YamlNode, YamlNode])[] {
    if (value.kind === 'mapping') {
      this.flatten(value);
      return value.pairs;
    }
    if (value.kind === 'scalar')
      return failAt(value, '<< needs a map or a list of maps, usually an alias such as *base.');
    const groups = value.items.map((item) => {
      if (item.kind !== 'mapping') return failAt(item, '<< needs maps in its list.');
      this.flatten(item);
      return item.pairs;
    });
    return groups.toReversed().flat();
  }
}
