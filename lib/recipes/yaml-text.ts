import { Document, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import { type ConfigKey, type ConfigValue } from './config-value';

/** A config as YAML that OmegaConf reads back to the same values: key order kept, 1.0 stays a float, `'yes'` a string. */
export function yamlText(value: ConfigValue): string {
  const document = new Document(null, { version: '1.1' });
  document.contents = nodeOf(value);
  return document.toString({ lineWidth: 0, directives: false });
}

type Node = Scalar | YAMLMap | YAMLSeq;

function nodeOf(value: ConfigValue): Node {
  switch (value.kind) {
    case 'list': {
      const list = new YAMLSeq();
      list.items = value.items.map(nodeOf);
      return list;
    }
    case 'map': {
      const map = new YAMLMap();
      map.items = value.entries.map(([key, item]) => new Pair(scalarOf(key), nodeOf(item)));
      return map;
    }
    case 'secret': {
      const secret = new YAMLMap();
      const facts = {
        $secret: value.name,
        ...(value.template === undefined ? {} : { $template: value.template }),
      };
      secret.items = Object.entries(facts).map(([key, text]) => new Pair(new Scalar(key), new Scalar(text)));
      return secret;
    }
    case 'null':
    case 'bool':
    case 'int':
    case 'float':
    case 'string':
    case 'bytes':
    case 'path':
      return scalarOf(value);
  }
}

function scalarOf(value: Exclude<ConfigValue, { kind: 'list' | 'map' | 'secret' }> | ConfigKey): Scalar {
  if (value.kind === 'null') return new Scalar(null);
  const scalar = new Scalar<unknown>(value.value);
  if (value.kind === 'float') scalar.minFractionDigits = 1;
  if (value.kind === 'bytes') scalar.tag = 'tag:yaml.org,2002:binary';
  return scalar;
}
