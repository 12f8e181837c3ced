import { isMap } from './config-view';

type Plain = Readonly<Record<string, unknown>>;

/** One old shape that was read as a new one. */
export type Migration = {
  /** Config paths; `from` is where the value stands, `to` where it is read. */
  readonly from: string;
  readonly to: string;
};

export type Migrated = {
  readonly config: unknown;
  readonly migrations: readonly Migration[];
};

/** Reads older shapes of a recipe as today's. */
export function migrateLegacy(resolved: unknown): Migrated {
  if (!isMap(resolved) || !isMap(resolved.service)) return { config: resolved, migrations: [] };
  const { service } = resolved;
  if (!isFlatService(service.train_service)) return { config: resolved, migrations: [] };
  return {
    config: { ...resolved, service: { ...service, train_service: { main_actor: service.train_service } } },
    migrations: [{ from: 'service.train_service', to: 'service.train_service.main_actor' }],
  };
}

/** A single service that stands there by itself, without a name. */
function isFlatService(value: unknown): value is Plain {
  return isMap(value) && (typeof value.backend === 'string' || typeof value.url === 'string');
}
