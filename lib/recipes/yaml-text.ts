import type { ConfigKey, ConfigValue } from './config-value';
import { attempt } from './failure';
import { parseYaml } from './layers/parse-yaml';
import { plainType } from './layers/scalar-type';
import { CORE, type YamlNode } from './layers/yaml-node';

/** A config as YAML that OmegaConf reads back to the same values: key order kept, 1.0 stays a float, `'yes'` a string. */
export function yamlText(value: ConfigValue): string {
  return isBlock(value) ? `${block(value, '').join('\n')}\n` : `${inline(value, '')}\n`;
}

type Block = Extract<ConfigValue, { kind: 'list' | 'map' | 'secret' }>;

/** Values that take lines of their own; empty lists and maps do not. */
function isBlock(value: ConfigValue): value is Block {
  if (value.kind === 'list') return value.items.length > 0;
  return value.kind === 'secret' || (value.kind === 'map' && value.entries.length > 0);
}

/** The lines of a list or a map. */
function block(value: Block, indent: string): readonly string[] {
  if (value.kind === 'secret') return block(secretMap(value), indent);
  if (value.kind === 'map') return value.entries.flatMap(([key, item]) => entryLines(key, item, indent));
  return value.items.flatMap((item) => {
    if (!isBlock(item)) return [`${indent}- ${inline(item, `${indent}  `)}`];
    const [first = '', ...rest] = block(item, `${indent}  `);
    return [`${indent}- ${first.slice(indent.length + 2)}`, ...rest];
  });
}

function secretMap({ name, template }: Extract<ConfigValue, { kind: 'secret' }>): Block {
  const facts = { $secret: name, ...(template === undefined ? {} : { $template: template }) };
  return {
    kind: 'map',
    entries: Object.entries(facts).map(([key, text]) => [
      { kind: 'string', value: key },
      { kind: 'string', value: text },
    ]),
  };
}

/** A key longer than this needs the explicit form, `? key`. */
const LONGEST_KEY = 1000;

function entryLines(key: ConfigKey, item: ConfigValue, indent: string): readonly string[] {
  const name = key.kind === 'string' ? keyText(key.value) : scalarText(key);
  const head = name.length > LONGEST_KEY ? [`${indent}? ${name}`, `${indent}:`] : [`${indent}${name}:`];
  if (isBlock(item)) return [...head, ...block(item, `${indent}  `)];
  const last = head.pop() ?? '';
  return [...head, `${last} ${inline(item, `${indent}  `)}`];
}

/** A value on the line of its key; a paragraph goes on below, indented. */
function inline(value: ConfigValue, indent: string): string {
  if (value.kind === 'list') return '[]';
  if (value.kind === 'map' || value.kind === 'secret') return '{}';
  if (value.kind !== 'string' || !isParagraph(value.value)) return scalarText(value);
  const lines = value.value.split('\n');
  const keepsEnd = lines[lines.length - 1] === '';
  if (keepsEnd) lines.pop();
  const body = lines.map((line) => `${indent === '' ? '  ' : indent}${line}`).join('\n');
  return `${keepsEnd ? '|' : '|-'}\n${body}`;
}

type ScalarValue = Exclude<ConfigValue, { kind: 'list' | 'map' | 'secret' }> | ConfigKey;

function scalarText(value: ScalarValue): string {
  switch (value.kind) {
    case 'null':
      return 'null';
    case 'bool':
    case 'int':
      return String(value.value);
    case 'float':
      return floatText(value.value);
    case 'bytes':
      return `!!binary ${quoted(value.value)}`;
    case 'string':
    case 'path':
      return mayStandUnquoted(value.value) ? value.value : quoted(value.value);
  }
}

/** A key as YAML 1.1 reads it back: quoted where it must be. */
export function keyText(text: string): string {
  return mayStandUnquoted(text) ? text : quoted(text);
}

function floatText(value: number): string {
  if (Number.isNaN(value)) return '.nan';
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf';
  if (Object.is(value, -0)) return '-0.0';
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

const UNPRINTABLE = /[^\x20-\x7e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]/gu;

function quoted(text: string): string {
  return JSON.stringify(text).replaceAll(
    UNPRINTABLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const WORD = /^[A-Za-z_][A-Za-z0-9_./-]*$/;
const VISIBLE_LINE = /^[!-~][ -~]*$/;

/** Several lines of visible text, none of which begins or ends with a space. */
function isParagraph(text: string): boolean {
  if (!text.includes('\n')) return false;
  const lines = (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
  return lines.every((line) => VISIBLE_LINE.test(line) && !line.endsWith(' '));
}

/** Whether YAML 1.1 reads the text back without quotes, as a value and as a key. */
function mayStandUnquoted(text: string): boolean {
  if (WORD.test(text)) return plainType(text) === 'str';
  if (text.includes('\n')) return false;
  const read = attempt(() => parseYaml(`${text}: ${text}\n`));
  if (!read.ok || read.value?.kind !== 'mapping') return false;
  const [pair, ...more] = read.value.pairs;
  return more.length === 0 && pair?.every((node) => isText(node, text)) === true;
}

function isText(node: YamlNode, text: string): boolean {
  return node.kind === 'scalar' && node.text === text && node.tag === `${CORE}str`;
}
