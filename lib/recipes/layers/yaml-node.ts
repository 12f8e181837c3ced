/** A node of the YAML tree before it is given a type. Aliases point at the anchored node itself. */
export type YamlNode = YamlScalar | YamlSequence | YamlMapping;

export type YamlScalar = {
  readonly kind: 'scalar';
  readonly tag: string;
  readonly text: string;
  readonly start: number;
  readonly end: number;
};
export type YamlSequence = {
  readonly kind: 'sequence';
  readonly tag: string;
  readonly items: YamlNode[];
  readonly start: number;
  end: number;
};
export type YamlMapping = {
  readonly kind: 'mapping';
  readonly tag: string;
  /** Changes once, when `<<` entries are replaced by what they stand for. */
  pairs: (readonly [YamlNode, YamlNode])[];
  readonly start: number;
  end: number;
};

export const CORE = 'tag:yaml.org,2002:';
