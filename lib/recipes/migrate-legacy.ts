import { isMap } from './config-view';

type Plain = Readonly<Record<string, unknown>>;

/** One old shape that was read as today's. */
export type Migration = {
  /** Config path at which the value stands, and the one at which it is read; equal when only the value is old. */
  readonly from: string;
  readonly to: string;
  readonly message: string;
};

export type Migrated = {
  /** The configuration in today's shape. What was moved stays at its old place, too. */
  readonly config: unknown;
  readonly migrations: readonly Migration[];
  /** Old shapes that can be read in two ways. */
  readonly problems: readonly { readonly path: string; readonly message: string }[];
};

const INFERENCE = 'service.inference_service';
const TRAINING = 'service.train_service';
/** What a service without a name is called. */
const UNNAMED = 'main_actor';

/** Reads older shapes of a recipe as today's; a configuration of today comes back as it is. */
export function migrateLegacy(resolved: unknown): Migrated {
  if (!isMap(resolved)) return { config: resolved, migrations: [], problems: [] };
  const steps = new Steps(resolved);
  const meansDirectZmq = olderServices(resolved);
  steps.rename(`${INFERENCE}.model_tag`, `${INFERENCE}.identifier`);
  steps.nameTheOnlyService();
  for (const name of steps.services()) {
    steps.rename(`${TRAINING}.${name}.model_tag`, `${TRAINING}.${name}.identifier`);
    steps.renameBackend(`${TRAINING}.${name}.backend`, meansDirectZmq.has(name));
  }
  steps.moveTrainingResources();
  steps.moveInferenceResources();
  for (const key of ['num_workers', 'agents_per_worker']) {
    steps.copy(`resource.agent.${key}`, `rollout_worker.resource.${key}`);
  }
  return { config: steps.config, migrations: steps.migrations, problems: steps.problems };
}

/** A single service that stands there by itself, without a name. */
export function isFlatService(value: unknown): value is Plain {
  return isMap(value) && ['backend', 'url'].some((key) => typeof value[key] === 'string');
}

/**
 * Names of the training services that have an older shape: without a name, with `model_tag` for an identifier, or with
 * its machines under `resource.train`. Only those mean direct-zmq by `http`; today's shape means Galley's own protocol.
 */
function olderServices(config: Plain): ReadonlySet<string> {
  const services = at(config, TRAINING);
  if (!isMap(services)) return new Set();
  if (isFlatService(services)) return new Set([UNNAMED]);
  const hasMachinesElsewhere = isMap(at(config, 'resource.train'));
  return new Set(
    Object.keys(services).filter((name) => hasMachinesElsewhere || isOlderService(services[name])),
  );
}

/** A service that names itself as services did before identifiers. */
function isOlderService(service: unknown): boolean {
  return isMap(service) && service.model_tag != null && service.identifier == null;
}

class Steps {
  config: Plain;
  readonly migrations: Migration[] = [];
  readonly problems: { path: string; message: string }[] = [];

  constructor(config: Plain) {
    this.config = config;
  }

  services(): readonly string[] {
    const services = at(this.config, TRAINING);
    return isMap(services) ? Object.keys(services) : [];
  }

  rename(from: string, to: string): void {
    const value = at(this.config, from);
    if (value === undefined) return;
    const last = to.slice(to.lastIndexOf('.') + 1);
    this.migrations.push({ from, to, message: `${from} is an older name of ${last}.` });
    if (at(this.config, to) == null) this.config = withValue(this.config, to, value);
  }

  renameBackend(path: string, isOlder: boolean): void {
    const value = at(this.config, path);
    const isOld = value === 'nextrainer' || (value === 'http' && isOlder);
    if (!isOld) return;
    const message = `${path} ${value} is an older name of direct-zmq.`;
    this.migrations.push({ from: path, to: path, message });
    this.config = withValue(this.config, path, 'direct-zmq');
  }

  nameTheOnlyService(): void {
    const services = at(this.config, TRAINING);
    if (!isFlatService(services)) return;
    const nested = Object.keys(services).filter((key) => isFlatService(services[key]));
    if (nested.length > 0) {
      const message = `${TRAINING} is a service itself (it has a backend or url) and holds others (${nested.join(', ')}): give it a name of its own.`;
      this.problems.push({ path: TRAINING, message });
      return;
    }
    const to = `${TRAINING}.${UNNAMED}`;
    const message = `${TRAINING} is a service without a name; it is read as ${to}.`;
    this.migrations.push({ from: TRAINING, to, message });
    this.config = withValue(this.config, TRAINING, { [UNNAMED]: { role: 'actor', ...services } });
  }

  moveTrainingResources(): void {
    const old = at(this.config, 'resource.train');
    if (!isMap(old)) return;
    const services = this.services();
    for (const key of Object.keys(old)) {
      const from = `resource.train.${key}`;
      const byName = services.find(
        (name) => at(this.config, `${TRAINING}.${name}.identifier`) === key || name === key,
      );
      const name =
        byName ?? (services.length === 1 && Object.keys(old).length === 1 ? services[0] : undefined);
      if (name !== undefined) this.copy(from, `${TRAINING}.${name}.resource`);
      else
        this.problems.push({
          path: from,
          message: `${from} belongs to no training service of that identifier.`,
        });
    }
  }

  moveInferenceResources(): void {
    const old = at(this.config, 'resource.inference');
    if (!isMap(old)) return;
    const places = new Map([
      ['served_model_name', 'model'],
      ['model_path', 'model_path'],
    ]);
    for (const key of Object.keys(old)) {
      this.copy(`resource.inference.${key}`, `${INFERENCE}.${places.get(key) ?? `resource.${key}`}`);
    }
  }

  /** Only what is missing at the new place is taken over. */
  copy(from: string, to: string): void {
    const value = at(this.config, from);
    if (value === undefined) return;
    this.migrations.push({ from, to, message: `${from} now stands at ${to}.` });
    const there = at(this.config, to);
    if (isMap(value) && isMap(there)) this.config = withValue(this.config, to, { ...value, ...there });
    else if (there == null) this.config = withValue(this.config, to, value);
  }
}

function at(config: Plain, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (isMap(value) ? value[key] : undefined), config);
}

function withValue(config: Plain, path: string, value: unknown): Plain {
  const [key = '', ...rest] = path.split('.');
  if (rest.length === 0) return { ...config, [key]: value };
  const below = config[key];
  return { ...config, [key]: withValue(isMap(below) ? below : {}, rest.join('.'), value) };
}
