/** Reads a plain configuration by path, whatever stands there. */
export type ConfigView = {
  readonly root: unknown;
  /** `data.data_files[0]` or `data.data_files.0`; undefined where nothing stands. */
  readonly get: (path: string) => unknown;
  /** Null unless a number stands there. */
  readonly number: (path: string) => number | null;
  /** Null unless a text stands there. */
  readonly text: (path: string) => string | null;
  readonly isTrue: (path: string) => boolean;
  /** Keys of the map at a path. */
  readonly keys: (path: string) => readonly string[];
};

// Rules ask for the same few paths at every keystroke; user-made paths (checks.yaml) are few and short.
const SEGMENTS = new Map<string, readonly string[]>();
const REMEMBERED = 5000;

export function createConfigView(root: unknown): ConfigView {
  const get = (path: string) => {
    let value = root;
    for (const segment of segmentsOf(path)) value = child(value, segment);
    return value;
  };
  return {
    root,
    get,
    number: (path) => asNumber(get(path)),
    text: (path) => asText(get(path)),
    isTrue: (path) => get(path) === true,
    keys: (path) => keysOf(get(path)),
  };
}

export function segmentsOf(path: string): readonly string[] {
  const known = SEGMENTS.get(path);
  if (known !== undefined) return known;
  const segments = path === '' ? [] : path.replaceAll(/\[(\d+)\]/g, '.$1').split('.');
  if (SEGMENTS.size >= REMEMBERED) SEGMENTS.clear();
  SEGMENTS.set(path, segments);
  return segments;
}

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function child(value: unknown, key: string): unknown {
  if (isList(value)) return value[Number(key)];
  return isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function asNumber(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

function asText(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function keysOf(value: unknown): readonly string[] {
  return isMap(value) ? Object.keys(value) : [];
}
