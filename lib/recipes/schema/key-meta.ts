import { z } from 'zod';
import type { Backend } from '@/lib/domain/run';
import type { ConfigView } from '../config-view';

/** The parts of the system that read keys. */
export type Reader =
  | 'run process'
  | 'data loader'
  | 'rollout worker'
  | 'trajectory pool'
  | 'trainer'
  | 'weight sync'
  | 'inference client'
  | 'inference server'
  | 'training client'
  | 'training service'
  | 'embedded service'
  | 'validation'
  | 'launcher'
  | 'tracking'
  | 'monitor'
  | 'checks'
  | 'data dump';

/** A combination in which a key changes nothing. */
export type Inert = {
  /** Reads after "no effect: " and after "Has no effect while ". */
  readonly because: string;
  /** `section` is the config path around the key, e.g. `service.train_service.main_actor.config`. */
  readonly when: (config: ConfigView, section: string) => boolean;
};

/** What is known of a key beyond its zod type. */
export type KeyMeta = {
  /** One sentence. */
  readonly meaning: string;
  readonly unit?: string;
  readonly readers: readonly Reader[];
  /** Absent = all. */
  readonly backends?: readonly Backend[];
  readonly trainers?: readonly string[];
  readonly workers?: readonly string[];
  /** YAML of values. */
  readonly examples?: readonly string[];
  /** Usual values of a key whose type leaves more open. */
  readonly allowed?: readonly string[];
  /** In words, when the default is not a fixed value. */
  readonly fallback?: string;
  /** Galley's own; the reference framework has no such key. */
  readonly isGalleys?: true;
  /** The key of today that an old one stands for. */
  readonly renamedTo?: string;
  readonly inert?: readonly Inert[];
};

type Registered = KeyMeta & {
  /** False: the run process passes over the key, whatever it holds. */
  readonly isRead: boolean;
  /** What a value has to be for the part that reads it. */
  readonly strict: z.ZodType;
};

// Not a z.registry(): its type rewrites metadata deeply, and a schema in there takes the compiler minutes.
const registry = new WeakMap<z.core.$ZodType, Registered>();

/** A key that the run process reads: a wrong value keeps a run from starting. */
export function read<S extends z.ZodType>(schema: S, meta: KeyMeta): S {
  // a copy: several keys may share one type, and each has facts of its own
  const own = schema.clone();
  registry.set(own, { ...meta, isRead: true, strict: own });
  return own;
}

/** A key that other parts read. The run process passes over it, so that no value of it keeps a run from starting. */
export function known(schema: z.ZodType, meta: KeyMeta): z.ZodOptional<z.ZodUnknown> {
  const place = z.unknown().optional();
  registry.set(place, { ...meta, isRead: false, strict: schema });
  return place;
}

export function metaOf(schema: z.core.$ZodType): Registered | undefined {
  return registry.get(schema);
}
