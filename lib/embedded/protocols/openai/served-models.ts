import type { ModelRegistry } from '@/lib/embedded/model-registry';
import { Refusal } from '@/lib/embedded/refusal';
import { createBaseModels } from '@/lib/embedded/base-models';
import { createServedModel, type ServedModel } from './served-model';

/** One server as its clients see it: a model of its own, under all names that it answers to. */
export type ServedServer = { readonly model: ServedModel; readonly names: readonly string[] };

/** The servers of the process: the nameless one, and as many further ones as clients ask for by name, each with weights of its own. */
export type ServedServers = {
  /** Null = the nameless one. Throws a `Refusal` for what is no name. */
  get(id: string | null): ServedServer;
};

const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
/** Each takes a learner once it is used, and the registry holds few. */
const MAX_SERVERS = 16;
const DEFAULT_MODEL = 'galley/embedded-small';

export function createServedServers(options: {
  readonly registry: ModelRegistry;
  readonly dataDir: string;
  readonly standIns: readonly string[];
}): ServedServers {
  const { registry, dataDir, standIns } = options;
  const own = createBaseModels([]);
  const { shape, seed } = own.find(DEFAULT_MODEL);
  // the others' shapes come with their weights
  const names = [...new Set([...standIns, DEFAULT_MODEL, ...own.list.map(({ name }) => name)])];
  const servers = new Map<string, ServedServer>();
  return {
    get(id) {
      const key = id ?? '';
      const known = servers.get(key);
      if (known !== undefined) return known;
      if (id !== null && !ID.test(id)) {
        throw new Refusal(
          'not_found',
          `${id} is no name for a server: letters, digits, "_" and "-", at most 64.`,
        );
      }
      if (servers.size >= MAX_SERVERS) {
        throw new Refusal('too_many_models', `There are ${MAX_SERVERS} servers already: use one of them.`);
      }
      const name = id === null ? 'served' : `served:${id}`;
      const server = { names, model: createServedModel({ registry, dataDir, name, shape, seed }) };
      servers.set(key, server);
      return server;
    },
  };
}
